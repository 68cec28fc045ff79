using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Hosting.Settings;

namespace Sillage.Hosting.Tls;

/// <summary>
/// The certificate that TLS handshakes are made with. A handshake looks, every ten seconds at most, whether the files are
/// others: there is nothing that watches, and links that a renewal turns elsewhere are followed.
/// </summary>
internal sealed partial class ServerCertificate : IHostedService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly string[] Pkcs12 = [".pfx", ".p12"];

    private readonly Lock _looking = new();
    private readonly TlsSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private volatile Loaded? _current;
    private (DateTime, DateTime) _seen;
    private long _lookedAt;

    public ServerCertificate(IOptions<TlsSettings> settings, TimeProvider clock, ILogger<ServerCertificate> logger)
    {
        (_settings, _clock, _logger) = (settings.Value, clock, logger);
        _lookedAt = clock.GetTimestamp();
    }

    /// <summary>Whether there is one.</summary>
    public bool IsSet => !string.IsNullOrEmpty(_settings.Certificate);

    /// <summary>The certificate itself.</summary>
    public X509Certificate2 Certificate => Current().Certificate;

    /// <summary>The certificate with those that vouch for it, as a handshake sends them.</summary>
    public SslStreamCertificateContext Context => Current().Context;

    /// <summary>Reads the files for the first time, before the server listens.</summary>
    /// <exception cref="SettingsException">They cannot be used; the message says which and why.</exception>
    public Task StartAsync(CancellationToken ct)
    {
        try
        {
            if (IsSet)
            {
                _seen = Stamp();
                _current = Read();
            }

            return Task.CompletedTask;
        }
        catch (Exception e) when (IsOfTheFiles(e))
        {
            throw new SettingsException(
                $"The certificate of the setting Tls:Certificate cannot be used ({_settings.Certificate}): {e.Message}",
                e
            );
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    private Loaded Current()
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) < Every)
        {
            return _current!;
        }

        lock (_looking)
        {
            if (_clock.GetElapsedTime(_lookedAt) >= Every)
            {
                Look();
                Volatile.Write(ref _lookedAt, _clock.GetTimestamp());
            }
        }

        return _current!;
    }

    // One of the two files may be new and the other not yet: then the next look finds both.
    private void Look()
    {
        try
        {
            var stamp = Stamp();
            if (stamp == _seen)
            {
                return;
            }

            _current = Read();
            _seen = stamp;
            LogRenewed(_current.Certificate.Subject, _current.Certificate.NotAfter);
        }
        catch (Exception e) when (IsOfTheFiles(e))
        {
            LogKept(e.Message);
        }
    }

    private Loaded Read()
    {
        var path = _settings.Certificate!;
        var chain = new X509Certificate2Collection();
        X509Certificate2 own;
        if (Pkcs12.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, _settings.Password);
            own =
                chain.FirstOrDefault(certificate => certificate.HasPrivateKey)
                ?? throw new CryptographicException("it holds no private key.");
        }
        else
        {
            own = _settings.Password is { Length: > 0 } password
                ? X509Certificate2.CreateFromEncryptedPemFile(path, password, _settings.Key)
                : X509Certificate2.CreateFromPemFile(path, _settings.Key);
            chain.ImportFromPemFile(path);
        }

        // Nothing is fetched over the network to complete the chain.
        return new Loaded(own, SslStreamCertificateContext.Create(own, chain, offline: true));
    }

    private (DateTime, DateTime) Stamp() => (WrittenAt(_settings.Certificate!), WrittenAt(_settings.Key));

    private static DateTime WrittenAt(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return default;
        }

        return File.Exists(path)
            ? (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).LastWriteTimeUtc
            : throw new FileNotFoundException($"there is no file {path}.");
    }

    private static bool IsOfTheFiles(Exception e) =>
        e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "TLS goes on with the new certificate of {Subject}, good until {NotAfter:u}"
    )]
    private partial void LogRenewed(string subject, DateTime notAfter);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The renewed certificate cannot be used, TLS goes on with the one before: {Reason}"
    )]
    private partial void LogKept(string reason);

    private sealed record Loaded(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
