using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kith.Bench;

/// <summary>A certificate of its own for each server that a benchmark compares to.</summary>
internal static class TlsCertificate
{
    public static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kith", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
