using System.Diagnostics;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Mail;

/// <summary>
/// A mail server of another make, aiosmtpd, as the large ones are: nothing without STARTTLS, nothing without a login, greylists, stalls, drops the line.
/// The executable trusts its certificate as a machine trusts authorities.
/// </summary>
public sealed class OtherMailServerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Mail_goes_by_STARTTLS_with_a_login_and_each_mood_has_its_state()
    {
        using var other = await StartOtherAsync();
        var setting = $"smtp://player:a%20secret!@localhost:{Port}";
        await using var server = await StartAsync(setting);
        using var admin = await ApiClient.LogInAsync(server);
        // The welcome mail goes to whom nobody has confirmed yet.
        foreach (var mood in new[] { "good", "grey", "never", "stall", "drop" })
        {
            await MailUsers.MakeAsync(admin, mood, $"{mood}@example.org");
        }

        async Task<MailLine> OfAsync(string mood) =>
            (await MailUsers.LogAsync(admin, $"&address={mood}@example.org")).ShouldHaveSingleItem();
        foreach (var (mood, state) in new[] { ("good", "sent"), ("never", "failed"), ("drop", "unknown") })
        {
            await Eventually.HoldsAsync(async () =>
                (await MailUsers.LogAsync(admin, $"&address={mood}@example.org")) is [var mail] && mail.State == state
            );
        }

        (await OfAsync("never")).Detail.ShouldNotBeNull().ShouldContain("5.7.1");
        var grey = await OfAsync("grey");
        grey.State.ShouldBe("queued");
        grey.Detail.ShouldNotBeNull().ShouldContain("Greylisted");
        await Eventually.HoldsAsync(async () => (await OfAsync("stall")).State == "unknown");
        (await OfAsync("stall")).Detail.ShouldBe("It did not answer in time.");

        var taken = await TakenAsync();
        taken.ShouldAllBe(line => line.EndsWith(" tls", StringComparison.Ordinal));
        taken.Count(line => line.StartsWith("good@", StringComparison.Ordinal)).ShouldBe(1);
        server.Errors.ShouldNotContain("a secret!");
        other.Kill();
    }

    [Theory]
    [InlineData("player:another")]
    [InlineData(null)]
    public async Task A_login_that_is_wrong_or_missing_fails_no_mail_and_is_told(string? credential)
    {
        using var other = await StartOtherAsync();
        await using var server = await StartAsync(
            $"smtp://{(credential is null ? "" : credential + "@")}localhost:{Port}"
        );
        using var admin = await ApiClient.LogInAsync(server);
        await MailUsers.MakeAsync(admin, "good", "good@example.org");
        // That server is in no hurry to answer a wrong password, so what is told may be that it did not answer in time.
        await Eventually.HoldsAsync(async () =>
            (await MailUsers.LogAsync(admin)) is [{ State: "queued", Detail: not null }]
        );
        (await TakenAsync()).ShouldBeEmpty();
        other.Kill();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private string Port => File.ReadAllText(Path.Combine(_folder.Path, "mail", "port"));

    private Task<SillageServer> StartAsync(string setting) =>
        SillageServer.StartAsync(
            _folder["server"],
            new Dictionary<string, string>(ApiClient.AdministratorSettings)
            {
                ["SILLAGE_LIMITS__RATELIMITS__ENABLED"] = "false",
                ["SILLAGE_NOTIFICATIONS__SMTP"] = setting,
                ["SILLAGE_NOTIFICATIONS__SMTPTIMEOUT"] = "00:00:03",
                ["SSL_CERT_FILE"] = _folder["root.pem"],
            }
        );

    private async Task<Process> StartOtherAsync()
    {
        var (chain, key) = _authority.Issue();
        await File.WriteAllTextAsync(_folder["root.pem"], _authority.Root.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder["chain.pem"], chain);
        await File.WriteAllTextAsync(_folder["key.pem"], key);
        var mail = _folder["mail"];
        Directory.CreateDirectory(mail);
        var script = Path.Combine(Repository.Root, "tests/Sillage.EndToEnd.Tests/Mail/aiosmtpd_server.py");
        var process = CommandRun.Start(
            "/usr/bin/python3",
            mail,
            [script, mail, _folder["chain.pem"], _folder["key.pem"]],
            null
        );
        await Eventually.HoldsAsync(async () =>
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
            }

            return File.Exists(Path.Combine(mail, "port"));
        });
        return process;
    }

    private async Task<string[]> TakenAsync()
    {
        var file = Path.Combine(_folder["mail"], "taken");
        return File.Exists(file) ? await File.ReadAllLinesAsync(file) : [];
    }
}
