using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts.Contracts;
using Sillage.Hosting.Modules;
using Sillage.Specifications;
using Sillage.Storage;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Accounts.Tests;

/// <summary>What other modules hear of accounts, and what administrators do with what a module could not handle.</summary>
public abstract class PublishingEvents(AccountsUnderTest accounts) : AccountsSpecification(accounts)
{
    private readonly Heard _heard = new();

    private static Credential Administrator { get; } =
        Credential.Basic(TestUsers.AdministratorName, TestUsers.AdministratorPassword);

    [Fact]
    public async Task Every_road_to_an_account_says_that_it_was_registered()
    {
        await using var server = await Accounts.StartBesideAsync(new ListeningModule(_heard));
        var directory = server.Services.GetRequiredService<IAccountDirectory>();
        var first = await directory.FindByUsernameAsync(TestUsers.AdministratorName, default);

        var registered = await MakeAsync(
            server,
            "/api/v1/auth/register",
            new { username = "ann", password = Password }
        );
        var created = await MakeAsync(server, "/api/v1/users", new { username = "bo", role = "researcher" });
        var provisioned = await directory.ProvisionAsync(
            [.. Enumerable.Range(0, 300).Select(number => $"player-{number}")],
            Guid.Empty,
            default
        );
        var imported = Guid.CreateVersion7();
        await directory.ProvisionAsync([new Contracts.NewAccount(imported, "cy")], default);
        var chosen = await directory.CreateAsync("dee", Password, Guid.Empty, default);
        // A name that is taken makes nothing, and says nothing.
        await directory.ProvisionAsync(["eve", "cy"], Guid.Empty, default);

        string[] expected =
        [
            $"registered {first!.Id} administrator",
            $"registered {registered} member",
            $"registered {created} researcher",
            .. provisioned.Accounts.Select(account => $"registered {account.Id} member"),
            $"registered {imported} member",
            $"registered {chosen.Id} member",
        ];
        await Eventually.HoldsAsync(() => _heard.Events.Count >= expected.Length);
        _heard.Events.ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task Changes_of_an_account_are_told_in_their_order_and_what_does_not_change_is_not()
    {
        await using var server = await Accounts.StartBesideAsync(new ListeningModule(_heard));
        var person = await server.RegisterAsync("flo");
        async Task ChangeAsync(string path, object change, Credential credential) =>
            ((int)(await server.SendAsync(HttpMethod.Patch, path, change, credential)).Status).ShouldBeInRange(
                200,
                204
            );
        var user = $"/api/v1/users/{person.Id}";

        await ChangeAsync(user, new { role = "researcher" }, Administrator);
        await ChangeAsync(user, new { role = "researcher", disabled = true }, Administrator);
        await ChangeAsync(user, new { disabled = false, displayName = "Flo" }, Administrator);
        await ChangeAsync("/api/v1/me", new { email = "flo@example.org" }, person.Basic);
        await ChangeAsync("/api/v1/me", new { email = "flo@example.org" }, person.Basic);
        await ChangeAsync(
            "/api/v1/me/data",
            new { accounts = new { profile = new { displayName = "F" } } },
            person.Basic
        );

        string[] expected =
        [
            $"registered {person.Id} member",
            $"roles {person.Id} researcher",
            $"disabled {person.Id} True",
            $"disabled {person.Id} False",
            $"profile {person.Id}",
            $"profile {person.Id}",
            $"profile {person.Id}",
        ];
        string[] Own() =>
            [.. _heard.Events.Where(text => text.Contains(person.Id.ToString(), StringComparison.Ordinal))];
        await Eventually.HoldsAsync(() => Own().Length >= expected.Length);
        Own().ShouldBe(expected);
    }

    [Fact]
    public async Task What_a_module_cannot_handle_is_listed_replayed_and_dropped_by_administrators_and_audited()
    {
        _heard.Fails = true;
        await using var server = await Accounts.StartBesideAsync(new ListeningModule(_heard));
        Task<Answer> AskAsync(HttpMethod method, string path) =>
            server.SendAsync(method, $"/api/v1/events/parked{path}", null, Administrator);
        var ids = new List<Guid>();
        foreach (var name in new[] { "gus", "hal" })
        {
            ids.Add(await MakeAsync(server, "/api/v1/users", new { username = name }));
        }

        // The first administrator's is there too.
        await Eventually.HoldsAsync(async () => Items(await AskAsync(HttpMethod.Get, "")).Length == 3);
        _heard.Fails = false;
        var page = await AskAsync(HttpMethod.Get, "?limit=2");
        Items(page).Length.ShouldBe(2);
        var rest = await server.SendAsync(HttpMethod.Get, (string)page.Json["next"]!, null, Administrator);
        var parked = Items(page).Concat(Items(rest)).ToArray();
        parked.Skip(1).Select(item => (string)item["key"]!).ShouldBe(ids.Select(id => id.ToString()));
        parked.ShouldAllBe(item => (string)item["module"]! == "listening");
        parked.ShouldAllBe(item => (string)item["name"]! == AccountRegistered.EventName);
        parked.ShouldAllBe(item => ((string)item["error"]!).Contains("the test says so"));

        (await AskAsync(HttpMethod.Delete, $"/{parked[1]["id"]}?module=accounts")).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await AskAsync(HttpMethod.Delete, $"/{parked[1]["id"]}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await AskAsync(HttpMethod.Delete, $"/{parked[1]["id"]}")).Status.ShouldBe(HttpStatusCode.NotFound);
        var replay = (string)parked[2]["links"]!["replay"]!;
        (await server.SendAsync(HttpMethod.Post, replay, null, Administrator)).Status.ShouldBe(
            HttpStatusCode.NoContent
        );

        await Eventually.HoldsAsync(() => _heard.Events.Contains($"registered {ids[1]} member"));
        _heard.Events.ShouldNotContain($"registered {ids[0]} member");
        var audit = await server.SendAsync(HttpMethod.Get, "/api/v1/audit?action=event.dropped", null, Administrator);
        Items(audit).Select(item => (string)item["subject"]!).ShouldBe([(string)parked[1]["id"]!]);
    }

    private static JsonNode[] Items(Answer answer) => [.. answer.Json["items"]!.AsArray().Select(item => item!)];

    private static async Task<Guid> MakeAsync(SillageServer server, string path, object body)
    {
        var made = await server.SendAsync(HttpMethod.Post, path, body, Administrator);
        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        return (Guid)made.Json["id"]!;
    }

    /// <summary>What reached the listening module.</summary>
    private sealed class Heard
    {
        public ConcurrentQueue<string> Events { get; } = [];

        public bool Fails { get; set; }

        public Task Add(string text)
        {
            if (Fails)
            {
                throw new InvalidDataException("the test says so");
            }

            Events.Enqueue(text);
            return Task.CompletedTask;
        }
    }

    /// <summary>A module that hears of accounts.</summary>
    private sealed class ListeningModule(Heard heard) : IModule
    {
        public string Name => "listening";

        public void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            services.AddSingleton(heard);
            services.AddModuleDatabase<ListeningModule>(Name);
            services.AddEventHandler<ListeningModule, AccountRegistered, Listener>();
            services.AddEventHandler<ListeningModule, ProfileChanged, Listener>();
            services.AddEventHandler<ListeningModule, RolesChanged, Listener>();
            services.AddEventHandler<ListeningModule, AccountDisabled, Listener>();
            services.Configure<EventOptions>(options =>
                (options.MaxAttempts, options.FirstDelay) = (2, TimeSpan.FromMilliseconds(20))
            );
        }

        public void MapRoutes(IEndpointRouteBuilder routes) { }
    }

    private sealed class Listener(Heard heard)
        : IEventHandler<AccountRegistered>,
            IEventHandler<ProfileChanged>,
            IEventHandler<RolesChanged>,
            IEventHandler<AccountDisabled>
    {
        public Task Handle(EventContext<AccountRegistered> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"registered {context.Event.AccountId} {context.Event.Role}");

        public Task Handle(EventContext<ProfileChanged> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"profile {context.Event.AccountId}");

        public Task Handle(EventContext<RolesChanged> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"roles {context.Event.AccountId} {string.Join(' ', context.Event.Roles)}");

        public Task Handle(EventContext<AccountDisabled> context, IUnitOfWork unit, CancellationToken ct) =>
            heard.Add($"disabled {context.Event.AccountId} {context.Event.Disabled}");
    }
}

public sealed class PublishingEvents_on_sqlite(SqliteAccounts accounts)
    : PublishingEvents(accounts),
        IClassFixture<SqliteAccounts>;

public sealed class PublishingEvents_on_postgres(PostgresAccounts accounts)
    : PublishingEvents(accounts),
        IClassFixture<PostgresAccounts>;
