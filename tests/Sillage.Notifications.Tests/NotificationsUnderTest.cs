using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Accounts;
using Sillage.Hosting.Modules;
using Sillage.Specifications;
using Sillage.Storage.Work;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Notifications.Tests;

/// <summary>Where the data of a test lies.</summary>
public abstract class Place
{
    /// <summary>A connection string to a fresh database; null on SQLite.</summary>
    public abstract Task<string?> PostgresAsync(IReadOnlyList<IModule> modules);
}

public sealed class OnSqlite : Place
{
    public override Task<string?> PostgresAsync(IReadOnlyList<IModule> modules) => Task.FromResult<string?>(null);
}

public sealed class OnPostgres(PostgresServer postgres) : Place
{
    public override async Task<string?> PostgresAsync(IReadOnlyList<IModule> modules) =>
        await postgres.CreateDatabaseAsync(modules);
}

/// <summary>What every test of notifications needs: a mail server, and a server of ours that uses it.</summary>
public abstract class NotificationsSpecification(Place place) : IAsyncLifetime
{
    private SillageServer? _server;

    /// <summary>What the server runs.</summary>
    protected virtual IReadOnlyList<IModule> Modules => [new AccountsModule(), new NotificationsModule()];

    protected MailServer Mail { get; } = MailServer.Start();

    protected MovableClock Clock { get; } = new();

    protected SillageServer Server => _server ?? throw new InvalidOperationException("Not started.");

    protected static Credential Administrator { get; } =
        Credential.Basic(TestUsers.AdministratorName, TestUsers.AdministratorPassword);

    /// <summary>Settings over those that all tests have.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Postgres"] = await place.PostgresAsync(Modules),
            ["Admin:Username"] = TestUsers.AdministratorName,
            ["Admin:Password"] = TestUsers.AdministratorPassword,
            ["Accounts:Registration"] = "open",
            ["Notifications:Smtp"] = Mail.Setting,
            ["Notifications:SmtpWithoutTls"] = "true",
            ["Notifications:SmtpTimeout"] = "00:00:05",
            ["Notifications:Site"] = "https://play.example.org",
            ["Notifications:BounceToken"] = "the-provider's-own-token",
        };
        foreach (var (name, value) in Settings)
        {
            settings[name] = value;
        }

        _server = await SillageServer.StartAsync(
            Modules,
            settings,
            builder =>
            {
                builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
                // Quicker than any setting allows; nothing that is tested depends on it.
                builder.Services.PostConfigure<PasswordHasherOptions>(o => o.IterationCount = 4000);
                builder.Services.Configure<JobOptions>(o => o.PollInterval = TimeSpan.FromMilliseconds(100));
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await Mail.DisposeAsync();
    }

    protected Task<Answer> GetAsync(string path, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Get, path, null, credential);

    protected Task<Answer> PostAsync(string path, object? body = null, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Post, path, body, credential);

    protected Task<Answer> PutAsync(string path, object? body = null, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Put, path, body, credential);

    protected Task<Answer> PatchAsync(string path, object? body = null, Credential? credential = null) =>
        Server.SendAsync(HttpMethod.Patch, path, body, credential);

    /// <summary>Somebody who registers, with an address.</summary>
    protected async Task<Guid> RegisterAsync(string name, string? email)
    {
        var made = await PostAsync(
            "/api/v1/auth/register",
            new
            {
                username = name,
                password = TestUsers.Password,
                email,
            }
        );
        return (Guid)made.Must(System.Net.HttpStatusCode.Created).Json["id"]!;
    }

    protected static Credential As(string name) => Credential.Basic(name, TestUsers.Password);

    /// <summary>Mails that the mail server took for an address.</summary>
    protected IReadOnlyList<MimeKit.MimeMessage> To(string address) =>
        [.. Mail.Taken.Where(message => message.To.Mailboxes.Any(mailbox => mailbox.Address == address))];

    /// <summary>The next mail to an address beyond those that were there.</summary>
    protected async Task<MimeKit.MimeMessage> NextMailAsync(string address, int before = 0)
    {
        await Eventually.HoldsAsync(() => To(address).Count > before);
        return To(address)[before];
    }

    /// <summary>The token of the link in a mail.</summary>
    protected static string TokenIn(MimeKit.MimeMessage message)
    {
        var text = message.TextBody!;
        var start = text.IndexOf("#token=", StringComparison.Ordinal) + "#token=".Length;
        return text[start..].Split([' ', '\r', '\n'])[0];
    }

    /// <summary>Somebody who registered with an address and confirmed it.</summary>
    protected async Task<Guid> ConfirmedAsync(string name, string email)
    {
        var id = await RegisterAsync(name, email);
        var token = TokenIn(await NextMailAsync(email));
        (await PostAsync("/api/v1/auth/confirm-address", new { token })).Must(System.Net.HttpStatusCode.OK);
        return id;
    }

    /// <summary>Notifies somebody as an administrator; gives the address of its state.</summary>
    protected async Task<string> NotifyAsync(Guid recipient, string subject, params string[] channels)
    {
        var sent = await PostAsync(
            "/api/v1/notifications",
            new
            {
                recipient,
                subject,
                body = "A text.",
                channels = channels.Length == 0 ? null : channels,
            },
            Administrator
        );
        return sent.Must(System.Net.HttpStatusCode.Accepted).Header("Location")!;
    }

    /// <summary>The state of the mail of a notification.</summary>
    protected async Task<string?> StateAsync(string location) =>
        (string?)(await GetAsync(location, Administrator)).Json["mail"]?["state"];

    protected Task HasStateAsync(string location, string state) =>
        Eventually.HoldsAsync(async () => await StateAsync(location) == state, $"{location} is {state}");
}
