using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sillage.Specifications;

/// <summary>An authority for certificates with one below it that signs, as the known ones are made.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _between;
    private readonly DateTimeOffset _now;

    /// <summary>A new authority, whose certificates count from a day before <paramref name="now"/>.</summary>
    public TestAuthority(DateTimeOffset now)
    {
        _now = now;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = Authority("CN=Test root", rootKey).CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Authority("CN=Test issuer", key).Create(Root, now.AddDays(-1), now.AddDays(300), [1]);
        _between = signed.CopyWithPrivateKey(key);
    }

    /// <summary>What a client trusts.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>A certificate for loopback, in PEM: with those that vouch for it, and its key.</summary>
    public (string Chain, string Key) Issue(int days = 90)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            _between,
            _now.AddDays(-1),
            _now.AddDays(days),
            RandomNumberGenerator.GetBytes(8)
        );
        return (
            certificate.ExportCertificatePem() + "\n" + _between.ExportCertificatePem() + "\n",
            key.ExportPkcs8PrivateKeyPem()
        );
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Root.Dispose();
        _between.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
