using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts;
using Sillage.Notifications.Contracts;
using Sillage.Specifications;
using Sillage.Storage;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>The list of one's notifications, and what comes live.</summary>
public abstract class ReadingMine(Place place) : NotificationsSpecification(place)
{
    private const string Mine = "/api/v1/me/notifications";

    [Fact]
    public async Task The_newest_is_first_and_what_is_read_is_counted_no_more()
    {
        var ann = await RegisterAsync("ann", null);
        await RegisterAsync("bo", null);
        for (var i = 1; i <= 3; i++)
        {
            await NotifyAsync(ann, $"Number {i}", "app");
        }

        var page = await GetAsync($"{Mine}?limit=2", As("ann"));
        page.Items.Select(item => (string)item!["subject"]!).ShouldBe(["Number 3", "Number 2"]);
        var rest = await GetAsync((string)page.Json["next"]!, As("ann"));
        rest.Items.Select(item => (string)item!["subject"]!).ShouldBe(["Number 1"]);
        (await UnreadAsync("ann")).ShouldBe(3);
        (await UnreadAsync("bo")).ShouldBe(0);
        (await GetAsync($"{Mine}?language=de", As("ann"))).Status.ShouldBe(HttpStatusCode.BadRequest);

        var first = (string)rest.Items[0]!["links"]!["read"]!;
        (await PostAsync(first, null, As("bo"))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(first, null, As("ann"))).Status.ShouldBe(HttpStatusCode.NoContent);
        (await PostAsync(first, null, As("ann"))).Status.ShouldBe(HttpStatusCode.NoContent);
        (await UnreadAsync("ann")).ShouldBe(2);
        (await GetAsync($"{Mine}?unread=true", As("ann"))).Items.Count.ShouldBe(2);

        // What came after the place that was seen stays unread.
        (await PostAsync($"{Mine}/read", new { upTo = 2 }, As("ann"))).Status.ShouldBe(HttpStatusCode.NoContent);
        (await UnreadAsync("ann")).ShouldBe(1);
        (await PostAsync($"{Mine}/read", new { upTo = -1 }, As("ann"))).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_comes_is_seen_live_and_a_stream_goes_on_where_it_was_without_a_gap()
    {
        var ann = await RegisterAsync("ann", null);
        await NotifyAsync(ann, "Before", "app");
        await using (var live = await LiveAsync("ann"))
        {
            (await live.NextAsync()).ShouldBe("unread: 1");
            await NotifyAsync(ann, "While", "app");
            (await live.NextAsync()).ShouldBe("notification 2: While");
            (await live.NextAsync()).ShouldBe("unread: 2");
            await PostAsync($"{Mine}/read", new { upTo = 2 }, As("ann"));
            (await live.NextAsync()).ShouldBe("unread: 0");
        }

        await NotifyAsync(ann, "After", "app");
        await using var again = await LiveAsync("ann", 1);
        (await again.NextAsync()).ShouldBe("notification 2: While");
        (await again.NextAsync()).ShouldBe("notification 3: After");
        (await again.NextAsync()).ShouldBe("unread: 1");
    }

    [Fact]
    public async Task A_stream_ends_with_the_session()
    {
        await RegisterAsync("ann", null);
        var login = await PostAsync("/api/v1/auth/login", new { username = "ann", password = TestUsers.Password });
        var token = Credential.Bearer((string)login.Json["access_token"]!);
        await using var live = await LiveAsync(token);
        (await live.NextAsync()).ShouldBe("unread: 0");
        await PostAsync("/api/v1/auth/logout", null, token);
        (await live.NextAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task What_another_module_wants_is_taken_once_and_what_it_settles_is_gone()
    {
        var ann = await RegisterAsync("ann", null);
        var bo = await RegisterAsync("bo", null);
        // Any module's database is good for it: the event goes through its outbox.
        var database = Server.Services.GetRequiredService<IDatabase<AccountsData>>();
        var wanted = new NotificationWanted(
            "notifications.message",
            ann,
            "comment-1",
            new Dictionary<string, string> { ["subject"] = "{{ author }} wrote", ["body"] = "{{ 1 | plus: 1 }}" }
        )
        {
            People = new Dictionary<string, Guid> { ["subject"] = bo },
        };
        for (var i = 0; i < 2; i++)
        {
            await database.WriteAsync(
                async unit =>
                {
                    await unit.PublishAsync(wanted);
                    return true;
                },
                default
            );
        }

        await NotifyAsync(ann, "Behind it", "app");
        await Eventually.HoldsAsync(async () => (await GetAsync(Mine, As("ann"))).Items.Count == 2);
        var items = (await GetAsync(Mine, As("ann"))).Items;
        // Named as the directory knows them; and data is data, never a template.
        items.Select(item => (string)item!["subject"]!).ShouldBe(["Behind it", "bo"], ignoreOrder: true);
        items.Select(item => (string)item!["body"]!).ShouldContain("{{ 1 | plus: 1 }}");

        await database.WriteAsync(
            async unit =>
            {
                await unit.PublishAsync(new NotificationSettled("notifications.message", ann, "comment-1"));
                return true;
            },
            default
        );
        await Eventually.HoldsAsync(async () => (await GetAsync(Mine, As("ann"))).Items.Count == 1);
        (await UnreadAsync("ann")).ShouldBe(1);
    }

    private async Task<long> UnreadAsync(string name) =>
        (long)(await GetAsync($"{Mine}/unread", As(name))).Json["unread"]!;

    private Task<Live> LiveAsync(string name, long? after = null) => LiveAsync(As(name), after);

    private async Task<Live> LiveAsync(Credential credential, long? after = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Address, $"{Mine}/live"));
        request.Headers.Authorization = new AuthenticationHeaderValue(credential.Scheme, credential.Value);
        if (after is { } place)
        {
            request.Headers.Add("Last-Event-ID", $"{place}");
        }

        var reply = await Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        reply.EnsureSuccessStatusCode();
        return new Live(reply, new StreamReader(await reply.Content.ReadAsStreamAsync()));
    }

    private sealed class Live(HttpResponseMessage reply, StreamReader reader) : IAsyncDisposable
    {
        /// <summary>The next event, in short; null at the end.</summary>
        public async Task<string?> NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            string? name = null;
            string? line;
            try
            {
                while ((line = await reader.ReadLineAsync(patience.Token)) is not null)
                {
                    if (line.StartsWith("event: ", StringComparison.Ordinal))
                    {
                        name = line["event: ".Length..];
                    }
                    else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    {
                        var data = JsonNode.Parse(line["data: ".Length..])!;
                        return name == "unread"
                            ? $"unread: {data["unread"]}"
                            : $"notification {data["place"]}: {data["subject"]}";
                    }
                }
            }
            catch (IOException)
            {
                // Cut off, as a reply that ends early is.
            }

            return null;
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            reply.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

public sealed class ReadingMine_on_sqlite(OnSqlite place) : ReadingMine(place), IClassFixture<OnSqlite>;

public sealed class ReadingMine_on_postgres(OnPostgres place) : ReadingMine(place), IClassFixture<OnPostgres>;
