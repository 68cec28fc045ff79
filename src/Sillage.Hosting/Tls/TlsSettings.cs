using System.ComponentModel.DataAnnotations;

namespace Sillage.Hosting.Tls;

/// <summary>The certificate for addresses that begin with <c>https://</c>: section <c>Tls</c>.</summary>
public sealed class TlsSettings
{
    /// <summary>
    /// The file with the certificate: PEM, the server's own first and those that vouch for it after it (<c>fullchain.pem</c>), or
    /// PKCS 12 (<c>.pfx</c>, <c>.p12</c>). Renewed under the same name, it is in use within ten seconds, without a restart. Default: none.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>The file with the private key, in PEM. Default: none, where the certificate's file holds it.</summary>
    public string? Key { get; set; }

    /// <summary>The password of the key or of the PKCS 12 file. Default: none.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// For how long browsers are told to come by TLS only (<c>Strict-Transport-Security</c>, RFC 6797), on replies that went by it; 0
    /// for not at all. Default: a year with an own certificate, else 0. 0 to 10 years.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan? Hsts { get; set; }
}
