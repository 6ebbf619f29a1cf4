using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Finding;

/// <summary>A secret under which this person lets itself be found.</summary>
/// <param name="Contact">Who finds us by it; null for the users of a link.</param>
/// <param name="Secret"><see cref="FindKeys.Size"/> bytes.</param>
/// <param name="Signer">Signs what is published, so that nobody else who has the secret can write it.</param>
public sealed record FindPublication(AccountId? Contact, ReadOnlyMemory<byte> Secret, Ed25519PrivateKey Signer);

/// <summary>A secret under which we look for somebody. One contact may have several: best first, and any of them may have the record.</summary>
/// <param name="Contact">Whom it finds.</param>
/// <param name="Secret"><see cref="FindKeys.Size"/> bytes.</param>
/// <param name="Maker">Who must have signed what is found: the contact's account key.</param>
/// <param name="Answers">Whether a knock under it is answered: not when they are to find us no more.</param>
/// <param name="IsFallback">Whether they are found there only when they were restored from a backup: worth a look now and then, and when the user asks.</param>
public sealed record FindTarget(AccountId Contact, ReadOnlyMemory<byte> Secret, Ed25519PublicKey Maker, bool Answers, bool IsFallback);
