using System.Net;
using System.Security.Cryptography.X509Certificates;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Connections;

/// <summary>The server speaks TLS itself, with a certificate that a client can follow up to one that it trusts.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task A_client_that_trusts_the_root_alone_is_served()
    {
        await WriteAsync(_authority.Issue());
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            new Dictionary<string, string>(ApiClient.AdministratorSettings),
            ["--urls", "https://127.0.0.1:0", .. Certificate]
        );
        server.Address.Scheme.ShouldBe("https");
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            CustomTrustStore = { _authority.Root },
        };
        using var client = new HttpClient(handler) { BaseAddress = server.Address };

        using var health = await client.GetAsync("/health");
        (await health.Content.ReadAsStringAsync()).ShouldContain("\"certificate\":{\"status\":\"healthy\"");
        health.Headers.GetValues("Strict-Transport-Security").ShouldBe(["max-age=31536000"]);
        using var closed = await client.GetAsync("/api/v1/me");
        closed.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_degrades_health_and_plain_HTTP_goes_on_beside_it_without_HSTS()
    {
        await WriteAsync(_authority.Issue(days: 10));
        await using var server = await SillageServer.StartAsync(
            _folder.Path,
            null,
            ["--urls", "http://127.0.0.1:0;https://127.0.0.1:0", .. Certificate]
        );
        using var client = server.CreateClient();
        using var health = await client.GetAsync("/health");
        (await health.Content.ReadAsStringAsync()).ShouldContain("\"certificate\":{\"status\":\"degraded\"");
        health.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Fact]
    public async Task TLS_without_a_certificate_or_with_one_that_is_not_there_is_one_line()
    {
        var none = await CommandRun.SillageAsync(_folder.Path, ["serve", "--urls", "https://127.0.0.1:0"]);
        none.ExitCode.ShouldBe(2);
        none.Error.ShouldContain("Tls:Certificate");
        none.Error.Trim().ShouldNotContain("\n");

        var absent = await CommandRun.SillageAsync(
            _folder.Path,
            ["serve", "--urls", "https://127.0.0.1:0", .. Certificate]
        );
        absent.ExitCode.ShouldBe(2);
        absent.Error.ShouldContain("there is no file");
        absent.Error.Trim().ShouldNotContain("\n");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private string[] Certificate =>
        ["--set", $"Tls:Certificate={_folder["chain.pem"]}", "--set", $"Tls:Key={_folder["key.pem"]}"];

    private async Task WriteAsync((string Chain, string Key) pair)
    {
        await File.WriteAllTextAsync(_folder["chain.pem"], pair.Chain);
        await File.WriteAllTextAsync(_folder["key.pem"], pair.Key);
    }
}
