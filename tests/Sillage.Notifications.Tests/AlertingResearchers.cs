using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Accounts;
using Sillage.Hosting.Modules;
using Sillage.Specifications;
using Sillage.Storage;
using Sillage.Traces;
using Xunit;

namespace Sillage.Notifications.Tests;

/// <summary>Whoever runs a study is told what they would want to know at night, once.</summary>
public abstract class AlertingResearchers(Place place) : NotificationsSpecification(place)
{
    private const string Study = "/api/v1/studies/java-quest";
    private const string Mine = "/api/v1/me/notifications";

    protected override IReadOnlyList<IModule> Modules =>
        [new AccountsModule(), new TracesModule(), new NotificationsModule()];

    [Fact]
    public async Task No_trace_for_a_while_is_told_once_and_again_after_the_next_one()
    {
        await MakeStudyAsync(null);
        await AlertAsync(new { silenceMinutes = 30 });
        Clock.Advance(TimeSpan.FromHours(5));
        // Nothing came yet: it has not begun.
        await CheckAsync();
        (await ToldAsync()).ShouldBeEmpty();

        await SendAsync(new { name = "room", session = "s" });
        Clock.Advance(TimeSpan.FromMinutes(20));
        await CheckAsync();
        (await ToldAsync()).ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMinutes(11));
        await IsToldAsync("No traces for 30 minutes: Java Quest");
        Clock.Advance(TimeSpan.FromMinutes(90));
        await CheckAsync();
        (await ToldAsync()).Length.ShouldBe(1);

        await SendAsync(new { name = "room", session = "s" });
        Clock.Advance(TimeSpan.FromMinutes(31));
        await IsToldAsync("No traces for 30 minutes: Java Quest", 2);
    }

    [Fact]
    public async Task A_quarantine_that_grows_and_a_retention_that_is_near_are_told()
    {
        await MakeStudyAsync(10);
        await AlertAsync(new { quarantinePerHour = 3, retentionDays = 2 });
        await SendAsync(new { name = "room", session = "s" });
        for (var i = 0; i < 3; i++)
        {
            await SendAsync(new { wrong = i });
        }

        await IsToldAsync("3 rejected traces within an hour: Java Quest");
        Clock.Advance(TimeSpan.FromDays(8.5));
        await IsToldAsync("Traces are about to be removed: Java Quest");
    }

    [Fact]
    public async Task A_session_that_is_left_without_its_end_is_told_and_one_that_ends_is_not()
    {
        await MakeStudyAsync(null);
        await AlertAsync(new { stopMinutes = 20, endName = "end" });
        var now = Clock.GetUtcNow();
        await SendAsync(
            new
            {
                name = "room",
                session = "left",
                timestamp = now,
            }
        );
        await SendAsync(
            new
            {
                name = "room",
                session = "ended",
                timestamp = now,
            }
        );
        await SendAsync(
            new
            {
                name = "end",
                session = "ended",
                timestamp = now,
            }
        );
        await Eventually.HoldsAsync(async () => (await GetAsync($"{Study}/sessions", Administrator)).Items.Count == 2);
        Clock.Advance(TimeSpan.FromMinutes(21));
        await IsToldAsync("Participant 1 has stopped: Java Quest");
        Clock.Advance(TimeSpan.FromMinutes(21));
        await CheckAsync();
        (await ToldAsync()).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Alerts_that_are_not_valid_are_refused_and_whose_right_is_gone_is_told_no_more()
    {
        await MakeStudyAsync(null);
        foreach (
            var (body, pointer) in new[]
            {
                ("""{"silenceMinutes":1}""", "/silenceMinutes"),
                ("""{"silenceMinutes":30,"hoursFrom":"08:00"}""", "/hoursFrom"),
                ("""{"stopMinutes":30}""", "/endName"),
                ("""{"silenceMinutes":30,"hoursFrom":"08:00","hoursUntil":"18:00","zone":"Mars/Olympus"}""", "/zone"),
            }
        )
        {
            var refused = await PutAsync($"{Study}/alerts", JsonNode.Parse(body), Administrator);
            refused.Status.ShouldBe(HttpStatusCode.BadRequest, body);
            refused.Pointers().ShouldContain(pointer);
        }

        var ann = await RegisterAsync("ann", null);
        (await PatchAsync($"/api/v1/users/{ann}", new { role = "researcher" }, Administrator)).Must(HttpStatusCode.OK);
        (
            (int)(await PutAsync($"{Study}/rights/{ann}", new { rights = new[] { "read" } }, Administrator)).Status
        ).ShouldBeInRange(200, 204);
        (await PutAsync($"{Study}/alerts", new { silenceMinutes = 30 }, As("ann"))).Must(HttpStatusCode.NoContent);
        (await GetAsync($"{Study}/alerts", As("ann"))).Text.ShouldContain("30");
        await AlertAsync(new { silenceMinutes = 30 });
        await Server.SendAsync(HttpMethod.Delete, $"{Study}/rights/{ann}", null, Administrator);
        await SendAsync(new { name = "room", session = "s" });
        Clock.Advance(TimeSpan.FromMinutes(31));
        await IsToldAsync("No traces for 30 minutes: Java Quest");
        (await GetAsync(Mine, As("ann"))).Items.Count.ShouldBe(0);
    }

    private async Task MakeStudyAsync(int? retentionDays)
    {
        var study = new
        {
            slug = "java-quest",
            title = "Java Quest",
            fields = new[] { new { name = "room", type = "string" } },
            unknownFields = "refuse",
            retentionDays,
        };
        (await PostAsync("/api/v1/studies", study, Administrator)).Must(HttpStatusCode.Created);
        var made = await PostAsync($"{Study}/participants", new { usernames = new[] { "player-1" } }, Administrator);
        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
    }

    private async Task AlertAsync(object alerts) =>
        (await PutAsync($"{Study}/alerts", alerts, Administrator)).Must(HttpStatusCode.NoContent);

    private Task<Answer> SendAsync(object trace)
    {
        var node = System.Text.Json.JsonSerializer.SerializeToNode(trace)!;
        node["participant"] = 1;
        node["timestamp"] ??= System.Text.Json.JsonSerializer.SerializeToNode(Clock.GetUtcNow());
        node["data"] ??= new JsonObject();
        return PostAsync($"{Study}/traces", node, Administrator);
    }

    /// <summary>Waits until it was looked whether there is something to tell.</summary>
    private async Task CheckAsync()
    {
        var database = Server.Services.GetRequiredService<IDatabase<TracesData>>();
        var now = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromSeconds(61));
        await Eventually.HoldsAsync(async () =>
            await database.ReadAsync(
                r => r.ScalarAsync<DateTimeOffset?>("SELECT max(checked_at) FROM study_alert"),
                default
            ) > now
        );
    }

    private async Task<string[]> ToldAsync() =>
        [.. (await GetAsync(Mine, Administrator)).Items.Select(item => (string)item!["subject"]!)];

    private Task IsToldAsync(string subject, int times = 1) =>
        Eventually.HoldsAsync(async () =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return (await ToldAsync()).Count(told => told == subject) == times;
        });
}

public sealed class AlertingResearchers_on_sqlite(OnSqlite place) : AlertingResearchers(place), IClassFixture<OnSqlite>;

public sealed class AlertingResearchers_on_postgres(OnPostgres place)
    : AlertingResearchers(place),
        IClassFixture<OnPostgres>;
