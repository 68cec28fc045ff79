using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Api.Requests.Query;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Traces.Tests.Rights;

/// <summary>Who opened identities, when and why: what whoever manages the study sees, and that a purpose can be asked for.</summary>
public abstract class IdentityOpenings(TracesUnderTest traces) : TracesSpecification(traces)
{
    private const string Why = "Réclamation d’une joueuse";

    // A study of the older routes, with a field that is masked: every way to identities there is.
    private static readonly object[] Fields =
    [
        new
        {
            name = "roomName",
            type = "string",
            export = "mask",
        },
        new { name = "actionNature", type = "string" },
        new { name = "actionType", type = "string" },
        new { name = "userAnswer", type = "string" },
        new { name = "userError", type = "string" },
    ];

    private async Task<JsonArray> OpeningsAsync(string study, Person? person = null) =>
        (await GetAsync($"{study}/identity-openings", person)).Must(HttpStatusCode.OK).Items;

    [Fact]
    public async Task Who_manages_a_study_sees_who_read_names_and_why_the_newest_first()
    {
        var study = await NewStudyAsync();
        (await GetAsync($"{study}/traces")).Must(HttpStatusCode.OK);
        (await OpeningsAsync(study)).ShouldBeEmpty("who reads pseudonyms sees nobody");

        (await GetAsync($"{study}/traces?identities=true&purpose={Uri.EscapeDataString(Why)}")).Must(HttpStatusCode.OK);
        (await GetAsync($"{study}/summary?identities=true")).Must(HttpStatusCode.OK);

        var openings = await OpeningsAsync(study);
        openings.Select(o => (string)o!["how"]!).ShouldBe(["summary", "query"], ignoreOrder: true);
        var query = openings.Single(o => (string)o!["how"]! == "query")!;
        openings.ShouldAllBe(o => (string)o!["kind"]! == "read");
        ((string)query["by"]!["username"]!).ShouldBe(Researcher.Username);
        ((string)query["purpose"]!).ShouldBe(Why);
        openings.Single(o => o != query)!["purpose"].ShouldBeNull();
        var first = await GetAsync($"{study}/identity-openings?limit=1");
        var second = await GetAsync((string)first.Json["next"]!);
        second.Items.ShouldHaveSingleItem()!["id"]!.ToString().ShouldNotBe(first.Items[0]!["id"]!.ToString());
        second.Json["next"].ShouldBeNull();
    }

    [Fact]
    public async Task The_gift_of_the_right_is_there_with_who_gave_it_to_whom_and_why()
    {
        var study = await NewStudyAsync();
        var (admin, stranger) = (Traces.Administrator, Traces.Stranger);
        async Task GiveAsync(Person to, string[] rights, string query = "") =>
            (await SendAsync(HttpMethod.Put, $"{study}/rights/{to.Id}{query}", new { rights }, admin)).Must(
                HttpStatusCode.OK
            );

        await GiveAsync(stranger, ["read"]);
        await GiveAsync(stranger, ["read", "identities"], "?purpose=An%20audit");
        await GiveAsync(stranger, ["read", "identities", "write"]);
        await GiveAsync(admin, ["identities"]);

        var openings = await OpeningsAsync(study);
        openings.Count.ShouldBe(2, "once each, when it is given");
        openings.ShouldAllBe(o => (string)o!["kind"]! == "given");
        openings.ShouldAllBe(o => (string)o!["by"]!["username"]! == admin.Username);
        openings
            .Select(o => (string)o!["to"]!["username"]!)
            .ShouldBe([admin.Username, stranger.Username], ignoreOrder: true);
        var audit = openings.Single(o => (string)o!["to"]!["username"]! == stranger.Username)!;
        ((string)audit["purpose"]!).ShouldBe("An audit");
    }

    [Fact]
    public async Task Of_a_study_of_before_with_the_same_name_nothing_is_there()
    {
        var slug = Traces.NewSlug();
        var made = new { slug, title = "A study" };
        (await PostAsync("/api/v1/studies", made)).Must(HttpStatusCode.Created);
        var study = $"/api/v1/studies/{slug}";
        (await GetAsync($"{study}/traces?identities=true")).Must(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Delete, $"{study}?confirm={slug}")).Status.ShouldBe(HttpStatusCode.NoContent);

        await Eventually.HoldsAsync(async () =>
            (await PostAsync("/api/v1/studies", made)).Status == HttpStatusCode.Created
        );

        (await OpeningsAsync(study)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Participants_see_the_purpose()
    {
        var study = await NewStudyAsync();
        var player = (await NewPlayersAsync(study))[0];
        (await GetAsync($"{study}/traces?identities=true&purpose={Uri.EscapeDataString(Why)}")).Must(HttpStatusCode.OK);

        var data = (await GetAsync("/api/v1/me/data", player.Person)).Must(HttpStatusCode.OK);

        var opening = data.Json["traces"]!["studies"]![study.Split('/')[^1]]!["identityOpenings"]![0]!;
        ((string)opening["details"]!["purpose"]!).ShouldBe(Why);
    }

    [Theory]
    [InlineData("")]
    [InlineData("%20")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("x&purpose=y")]
    public async Task A_purpose_that_is_none_is_400(string purpose)
    {
        var study = await NewStudyAsync();

        foreach (var text in new[] { purpose, new string('x', 201) })
        {
            var answer = await GetAsync($"{study}/traces?identities=true&purpose={text}");
            answer.Status.ShouldBe(HttpStatusCode.BadRequest);
            answer.Pointers().ShouldBe(["?purpose"]);
        }
    }

    [Fact]
    public async Task Where_a_setting_asks_for_a_purpose_no_road_to_identities_is_open_without_one()
    {
        await using var server = await Traces.StartAsync(("Traces:PurposeForIdentities", "true"));
        var admin = Credential.Basic("admin", TestUsers.AdministratorPassword);
        var owner = Credential.Basic("owner-1", "a wake that stays");
        Task<Answer> AskAsync(HttpMethod method, string path, object? body = null, Credential? by = null) =>
            server.SendAsync(method, path, body, by ?? owner);
        var person = new
        {
            username = "owner-1",
            password = "a wake that stays",
            role = "researcher",
        };
        (await AskAsync(HttpMethod.Post, "/api/v1/users", person, admin)).Must(HttpStatusCode.Created);
        var found = await AskAsync(HttpMethod.Get, "/api/v1/users?search=admin", null, admin);
        var administrator = found.Items[0]!["id"];
        var study = new
        {
            slug = "asked",
            title = "Asked",
            fields = Fields,
        };
        (await AskAsync(HttpMethod.Post, "/api/v1/studies", study)).Must(HttpStatusCode.Created);
        (await AskAsync(HttpMethod.Post, "/api/v1/studies/asked/participants", new { count = 1 })).Must(
            HttpStatusCode.Created
        );
        await AskAsync(HttpMethod.Post, "/api/v1/studies/asked/traces", """{"name":"bad"}""");
        var rejected = (await AskAsync(HttpMethod.Get, "/api/v1/studies/asked/quarantine")).Items[0]!["id"];
        var log = """
            {"userID":1,"timestamp":"2026-03-02 10:00:00","sequence":1,"roomName":"a","actionNature":"b",
             "actionType":"c","userAnswer":"d","userError":""}
            """;
        var made = (await AskAsync(HttpMethod.Post, "/asked/api/v1/logs", log)).Must(HttpStatusCode.OK);

        // Whatever takes a purpose opens identities: nothing else could write one down.
        var roads = server
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.OfType<QueryParameterMetadata>().Any(q => q.Name == "purpose"))
            .ToList();
        roads.Count.ShouldBe(19);
        var open = new List<string>();
        foreach (var road in roads)
        {
            var path = road
                .RoutePattern.RawText!.TrimEnd('/')
                .Replace("{study}", "asked", StringComparison.Ordinal)
                .Replace("{participant}", "1", StringComparison.Ordinal)
                .Replace("{account:guid}", $"{administrator}", StringComparison.Ordinal)
                .Replace("{id:guid}", $"{rejected}", StringComparison.Ordinal)
                .Replace("logs/{id}", $"logs/{made.Json["id"]}", StringComparison.Ordinal)
                .Replace("{id}", "1", StringComparison.Ordinal);
            var method = new HttpMethod(road.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
            var asks = road.Metadata.OfType<QueryParameterMetadata>().Any(q => q.Name == "identities");
            var body = method == HttpMethod.Put ? new { rights = new[] { "identities" } } : null;
            var without = await AskAsync(method, path + (asks ? "?identities=true" : ""), body);
            if (without.Status != HttpStatusCode.BadRequest || !without.Text.Contains("?purpose"))
            {
                open.Add($"{method} {path}: {(int)without.Status} {without.Text}");
            }
        }

        open.ShouldBeEmpty();
        var with = await AskAsync(HttpMethod.Get, "/api/v1/studies/asked/traces?identities=true&purpose=Asked%20for");
        with.Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(HttpMethod.Get, "/api/v1/studies/asked/traces")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_who_manages_the_study_may_look()
    {
        var study = await NewStudyAsync();
        var reader = Traces.Stranger;
        (await GetAsync($"{study}/identity-openings", reader)).Status.ShouldBe(HttpStatusCode.NotFound);

        var rights = new { rights = new[] { "read", "identities" } };
        await SendAsync(HttpMethod.Put, $"{study}/rights/{reader.Id}", rights);

        (await GetAsync($"{study}/identity-openings", reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync($"{study}/identity-openings", Traces.Administrator)).Status.ShouldBe(HttpStatusCode.OK);
    }
}

public sealed class IdentityOpeningsOnSqlite(SqliteTraces traces)
    : IdentityOpenings(traces),
        IClassFixture<SqliteTraces>;

public sealed class IdentityOpeningsOnPostgres(PostgresTraces traces)
    : IdentityOpenings(traces),
        IClassFixture<PostgresTraces>;
