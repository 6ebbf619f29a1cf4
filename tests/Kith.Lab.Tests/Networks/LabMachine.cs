using System.Net;

namespace Kith.Lab.Tests.Networks;

/// <summary>A machine on which something of the test runs, and its addresses, the first of each family first.</summary>
internal sealed record LabMachine(NetworkNamespace Namespace, IReadOnlyList<IPAddress> Addresses);
