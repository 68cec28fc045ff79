using System.Net.Http.Json;
using Shouldly;
using Sillage.EndToEnd.Tests.Kit;
using Sillage.Notifications.Tests;
using Sillage.RabbitMq.Tests;

namespace Sillage.EndToEnd.Tests.Processes;

/// <summary>
/// Accounts in one process and notifications in another, a data folder each, with nothing in common but RabbitMQ: the executable, and a real
/// broker that is stopped in the middle of it.
/// </summary>
public sealed class RabbitMqTests
{
    private const string Credential = "the processes of one deployment know each other by this";

    [Fact]
    public async Task Who_registers_gets_one_welcome_mail_also_when_the_broker_is_away_meanwhile()
    {
        await using var broker = new RabbitMqServer();
        await broker.InitializeAsync();
        await using var mail = MailServer.Start();
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string>(ApiClient.AdministratorSettings)
        {
            ["SILLAGE_BUS__RABBITMQ"] = broker.Uri,
            ["SILLAGE_ACCOUNTS__REGISTRATION"] = "open",
            ["SILLAGE_ACCOUNTS__REMOTE__CREDENTIAL"] = Credential,
            // Whatever else the machine is doing.
            ["SILLAGE_ACCOUNTS__REMOTE__TIMEOUT"] = "00:00:30",
            ["SILLAGE_NOTIFICATIONS__SMTP"] = mail.Setting,
            ["SILLAGE_NOTIFICATIONS__SMTPWITHOUTTLS"] = "true",
        };
        await using var accounts = await StartAsync("accounts");
        settings["SILLAGE_ACCOUNTS__REMOTE__ADDRESS"] = accounts.Address.ToString();
        await using var notifications = await StartAsync("notifications");
        using var client = accounts.CreateClient();

        await RegisterAsync("ann");
        await Patiently.HoldsAsync(() => Task.FromResult(mail.Taken.Count == 1));

        await broker.StopAsync();
        await RegisterAsync("bob");
        await Patiently.HoldsAsync(async () => await TwoProcesses.HealthAsync(accounts) == "degraded");
        await Patiently.HoldsAsync(async () => await TwoProcesses.HealthAsync(notifications) == "degraded");
        mail.Taken.Count.ShouldBe(1);

        await broker.StartAsync();
        await Patiently.HoldsAsync(() => Task.FromResult(mail.Taken.Count == 2));
        await RegisterAsync("eve");
        await Patiently.HoldsAsync(() => Task.FromResult(mail.Taken.Count == 3));
        await Patiently.HoldsAsync(async () => await TwoProcesses.HealthAsync(accounts) == "healthy");
        await Patiently.HoldsAsync(async () => await TwoProcesses.HealthAsync(notifications) == "healthy");
        mail.Taken.SelectMany(message => message.To.Mailboxes)
            .Select(mailbox => mailbox.Address)
            .ShouldBe(["ann@example.org", "bob@example.org", "eve@example.org"]);

        async Task RegisterAsync(string name)
        {
            var account = new
            {
                username = name,
                password = ApiClient.Password,
                email = $"{name}@example.org",
            };
            using var made = await client.PostAsJsonAsync("/api/v1/auth/register", account);
            ((int)made.StatusCode).ShouldBe(201);
        }

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
