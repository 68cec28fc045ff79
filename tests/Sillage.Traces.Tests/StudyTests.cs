using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Sillage.Traces.Tests;

/// <summary>Studies: made, changed, listed, deleted.</summary>
public abstract class StudyTests(TracesUnderTest traces) : TracesSpecification(traces)
{
    [Fact]
    public async Task A_study_shows_what_it_was_given()
    {
        var study = await NewStudyAsync();
        var shown = (await GetAsync(study)).Must(HttpStatusCode.OK);
        shown.Json["fields"]!.AsArray().Count.ShouldBe(7);
        ((string)shown.Json["fields"]![3]!["type"]!).ShouldBe("integer");
        ((string)shown.Json["unknownFields"]!).ShouldBe("keep");
        shown.Json["rights"]!.AsArray().Count.ShouldBe(4);
        shown.Header("ETag").ShouldNotBeNull();
        (await GetAsync(study, null, ("If-None-Match", shown.Header("ETag")!))).Status.ShouldBe(
            HttpStatusCode.NotModified
        );
    }

    [Fact]
    public async Task No_study_is_called_as_an_address_of_the_server_begins()
    {
        var words = Server
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(route => route.RoutePattern.PathSegments)
            .Where(segments => segments is [{ Parts: [RoutePatternLiteralPart] }, ..])
            .Select(segments => ((RoutePatternLiteralPart)segments[0].Parts[0]).Content)
            .Concat(["setup", "well-known"])
            .Distinct()
            .ToList();
        words.ShouldContain("api");

        foreach (var word in words)
        {
            var refused = await PostAsync("/api/v1/studies", new { slug = word, title = "A study" });
            refused.Status.ShouldBe(HttpStatusCode.BadRequest, word);
            refused.Pointers().ShouldBe(["/slug"], word);
        }
    }

    [Fact]
    public async Task A_slug_is_taken_once()
    {
        var study = await NewStudyAsync();
        var again = await PostAsync("/api/v1/studies", new { slug = study.Split('/')[^1], title = "Again" });
        again.Status.ShouldBe(HttpStatusCode.Conflict);
        again.Pointers().ShouldBe(["/slug"]);
    }

    [Fact]
    public async Task The_same_request_sent_twice_makes_one_study()
    {
        var body = new { slug = Traces.NewSlug(), title = "Once" };
        var key = ("Idempotency-Key", body.slug);
        var first = await PostAsync("/api/v1/studies", body, null, key);
        var second = await PostAsync("/api/v1/studies", body, null, key);
        first.Status.ShouldBe(HttpStatusCode.Created);
        second.Status.ShouldBe(HttpStatusCode.Created);
        second.Text.ShouldBe(first.Text);
    }

    [Fact]
    public async Task Fields_may_be_added_and_loosened_only()
    {
        var study = await NewStudyAsync([
            new
            {
                name = "room",
                type = "string",
                required = true,
                maxLength = 5,
            },
        ]);
        async Task<HttpStatusCode> Change(object fields) =>
            (await SendAsync(HttpMethod.Patch, study, new { fields })).Status;

        (await Change(Array.Empty<object>())).ShouldBe(HttpStatusCode.BadRequest);
        (await Change(new[] { new { name = "room", type = "integer" } })).ShouldBe(HttpStatusCode.BadRequest);
        (
            await Change(
                new[]
                {
                    new
                    {
                        name = "room",
                        type = "string",
                        required = true,
                        maxLength = 4,
                    },
                }
            )
        ).ShouldBe(HttpStatusCode.BadRequest);
        (
            await Change(new object[] { new { name = "new", type = "json" }, new { name = "room", type = "string" } })
        ).ShouldBe(HttpStatusCode.OK);
        ((string)(await GetAsync(study)).Json["fields"]![0]!["name"]!).ShouldBe("new");
    }

    [Fact]
    public async Task A_change_of_an_old_version_is_refused()
    {
        var study = await NewStudyAsync();
        var tag = (await GetAsync(study)).Header("ETag")!;
        (await SendAsync(HttpMethod.Patch, study, new { title = "One" }, null, ("If-Match", tag))).Status.ShouldBe(
            HttpStatusCode.OK
        );
        (await SendAsync(HttpMethod.Patch, study, new { title = "Two" }, null, ("If-Match", tag))).Status.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        ((string)(await GetAsync(study)).Json["title"]!).ShouldBe("One");
    }

    [Fact]
    public async Task Studies_are_listed_in_pages()
    {
        var owner = await TestUsers.RegisterAsync(Server, Traces.NewSlug() + "-owner", "researcher");
        var slugs = Enumerable.Range(0, 5).Select(_ => Traces.NewSlug()).Order(StringComparer.Ordinal).ToArray();
        foreach (var slug in slugs)
        {
            (await PostAsync("/api/v1/studies", new { slug, title = slug }, owner)).Must(HttpStatusCode.Created);
        }

        var seen = new List<string>();
        string? next = "/api/v1/studies?limit=2";
        while (next is not null)
        {
            var page = (await GetAsync(next, owner)).Must(HttpStatusCode.OK);
            seen.AddRange(page.Items.Select(i => (string)i!["slug"]!));
            next = (string?)page.Json["next"];
        }

        seen.ShouldBe(slugs);
    }

    [Fact]
    public async Task A_deleted_study_is_gone_with_all_that_was_in_it()
    {
        var study = await NewStudyAsync();
        var slug = study.Split('/')[^1];
        var player = (await NewPlayersAsync(study))[0].Person;
        await SendTracesAsync(study, Trace(), player);
        await SendTracesAsync(study, "{}", player);

        (await SendAsync(HttpMethod.Delete, study)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(HttpMethod.Delete, study + "?confirm=other")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(HttpMethod.Delete, $"{study}?confirm={slug}")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await GetAsync(study)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendTracesAsync(study, Trace(), player)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync("/api/v1/studies", new { slug, title = "Anew" })).Status.ShouldBe(HttpStatusCode.Created);
        (await GetAsync($"{study}/traces")).Items.ShouldBeEmpty();
        await Specifications.Eventually.HoldsAsync(async () =>
            await Traces.Database.ReadAsync(
                r =>
                    r.ScalarAsync<long>(
                        """
                        SELECT (SELECT count(*) FROM removal)
                          + (SELECT count(*) FROM trace t WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.key = t.study))
                          + (SELECT count(*) FROM quarantine q WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.key = q.study))
                          + (SELECT count(*) FROM identity i WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.key = i.study))
                          + (SELECT count(*) FROM participant p WHERE NOT EXISTS (SELECT 1 FROM study s WHERE s.key = p.study))
                        """,
                        null,
                        default
                    ),
                default
            ) == 0
        );
    }
}

public sealed class StudiesOnSqlite(SqliteTraces traces) : StudyTests(traces), IClassFixture<SqliteTraces>;

public sealed class StudiesOnPostgres(PostgresTraces traces) : StudyTests(traces), IClassFixture<PostgresTraces>;
