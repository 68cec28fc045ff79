using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Notifications.Tests;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>Accounts in one process and notifications in another, which share a PostgreSQL: the executable, and a real mail server.</summary>
public sealed class NotificationsApartTests(PostgresServer postgres)
{
    private const string Credential = "the processes of one deployment know each other by this";

    [Fact]
    public async Task Who_registers_gets_one_welcome_mail_and_who_forgot_a_password_another()
    {
        await using var mail = MailServer.Start();
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_POSTGRES"] = await postgres.CreateDatabaseAsync(),
            ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            ["SILLAGE_ACCOUNTS__REMOTE__CREDENTIAL"] = Credential,
            // Whatever else the machine is doing.
            ["SILLAGE_ACCOUNTS__REMOTE__TIMEOUT"] = "00:00:30",
            ["SILLAGE_NOTIFICATIONS__SMTP"] = mail.Setting,
            ["SILLAGE_NOTIFICATIONS__SMTPWITHOUTTLS"] = "true",
        };
        await using var accounts = await StartAsync("accounts");
        using var client = accounts.CreateClient();
        var ann = new
        {
            username = "ann",
            password = ApiClient.Password,
            email = "ann@example.org",
        };
        // Nobody sends mail yet, and says so.
        using var early = await client.PostAsJsonAsync("/api/v1/auth/forgot-password", new { account = "ann" });
        ((int)early.StatusCode).ShouldBe(403);

        settings["SILLAGE_ACCOUNTS__REMOTE__ADDRESS"] = accounts.Address.ToString();
        await using var notifications = await StartAsync("notifications");
        using var made = await client.PostAsJsonAsync("/api/v1/auth/register", ann);
        ((int)made.StatusCode).ShouldBe(201);
        await Eventually.HoldsAsync(() => mail.Taken.Count == 1);
        using var late = await client.PostAsJsonAsync("/api/v1/auth/forgot-password", new { account = "ann" });
        ((int)late.StatusCode).ShouldBe(202);
        await Eventually.HoldsAsync(() => mail.Taken.Count == 2);
        mail.Taken.Select(message => message.Subject).ShouldBe(["Welcome to Sillage", "A new password for Sillage"]);

        // Each process knows what the other's modules declare.
        using var admin = ApiClient.Basic(notifications, ApiClient.Administrator, ApiClient.Password);
        var kinds = await admin.Client.GetFromJsonAsync<JsonElement>("/api/v1/notifications/kinds");
        kinds
            .GetProperty("items")
            .EnumerateArray()
            .Select(kind => kind.GetProperty("name").GetString())
            .ShouldContain("traces.silence");

        Task<SillageServer> StartAsync(string module)
        {
            var data = Directory.CreateDirectory(Path.Combine(folder.Path, module));
            return SillageServer.StartAsync(
                data.FullName,
                settings,
                "--modules",
                module,
                "--urls",
                "http://127.0.0.1:0"
            );
        }
    }
}
