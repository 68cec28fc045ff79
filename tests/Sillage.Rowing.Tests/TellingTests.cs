using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.Hosting.Limits;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>What a whole squad is notified of is not written without end.</summary>
public abstract class TellingTests : RowingSpecification
{
    protected TellingTests(RowingUnderTest rowing)
        : base(rowing)
    {
        var services = Server.Services;
        services.GetRequiredService<IOptions<RowingOptions>>().Value.TellBurst = 3;
        services.GetRequiredService<IOptions<LimitsOptions>>().Value.RateLimits.Enabled = true;
    }

    [Fact]
    public async Task Nobody_tells_others_more_than_they_read()
    {
        var squad = Self(
            (await PostAsync("/api/v1/squads", new { name = "First eight" })).Must(HttpStatusCode.Created).Json
        );
        var workout = Self(await SentAsync(Piece()));
        var test = new
        {
            title = "Saturday's test",
            piece = "2000m",
            opensAt = "2026-11-19T00:00:00Z",
            dueAt = "2026-11-21T00:00:00Z",
        };
        var assigned = (await PostAsync($"{squad}/assignments", test)).Must(HttpStatusCode.Created).Json;
        (await SendAsync(HttpMethod.Patch, Self(assigned), new { title = "Sunday's test" })).Must(HttpStatusCode.OK);
        (await PostAsync($"{workout}/comments", new { text = "Long." })).Must(HttpStatusCode.Created);

        foreach (
            var refused in new[]
            {
                await PostAsync($"{squad}/assignments", test),
                await SendAsync(HttpMethod.Patch, Self(assigned), new { title = "Monday's test" }),
                await PostAsync($"{workout}/comments", new { text = "Longer." }),
            }
        )
        {
            refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Header("Retry-After").ShouldNotBeNull();
        }

        // It is that person's, and of nobody else.
        var other = Self(await SentAsync(Piece(), Rowing.Stranger));
        (await PostAsync($"{other}/comments", new { text = "Mine." }, Rowing.Stranger)).Must(HttpStatusCode.Created);
    }
}

public sealed class TellingOnSqlite(SqliteRowing rowing) : TellingTests(rowing), IClassFixture<SqliteRowing>;

public sealed class TellingOnPostgres(PostgresRowing rowing) : TellingTests(rowing), IClassFixture<PostgresRowing>;
