using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Sillage.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Hosting.Tests.Idempotency;

public sealed class IdempotencyOnSqlite : IdempotencySpecification
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class IdempotencyOnPostgres(PostgresServer postgres) : IdempotencySpecification
{
    protected override async Task<string?> PostgresAsync() => await postgres.CreateDatabaseAsync();
}

public abstract class IdempotencySpecification : IAsyncLifetime
{
    private const string Things = "/api/v1/playground/things";
    private const string ByHand = Things + "/by-hand";

    private SillageServer _server = null!;

    protected abstract Task<string?> PostgresAsync();

    public async ValueTask InitializeAsync() =>
        _server = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?> { ["Postgres"] = await PostgresAsync() }
        );

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_same_key_brings_the_same_reply_and_one_effect()
    {
        using var first = await PostAsync("k-1", """{"name":"oar"}""");
        using var second = await PostAsync("k-1", """{"name":"oar"}""");

        ((int)first.StatusCode).ShouldBe(201);
        ((int)second.StatusCode).ShouldBe(201);
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        (await CountAsync("oar")).ShouldBe(1);
    }

    [Fact]
    public async Task Many_at_once_have_one_effect_and_one_reply()
    {
        var replies = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async _ =>
                {
                    using var reply = await PostAsync("k-many", """{"name":"many"}""");
                    ((int)reply.StatusCode).ShouldBe(201);
                    return await reply.Content.ReadAsStringAsync();
                })
        );

        replies.Distinct().Count().ShouldBe(1);
        (await CountAsync("many")).ShouldBe(1);
    }

    [Fact]
    public async Task The_key_with_another_body_is_409()
    {
        using var first = await PostAsync("k-2", """{"name":"rudder"}""");
        using var second = await PostAsync("k-2", """{"name":"sail"}""");
        using var third = await PostAsync("k-2", """{"name":"rudder"}""", Things + "?name=x");

        ((int)second.StatusCode).ShouldBe(409);
        ((int)third.StatusCode).ShouldBe(400);
        (await CountAsync("sail")).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_is_one_account_s_and_one_route_s_own()
    {
        using var alice = await PostAsync("k-3", """{"name":"buoy"}""");
        using var bob = await PostAsync("k-3", """{"name":"buoy"}""", token: "bob");
        using var elsewhere = await PostAsync("k-3", """{"name":"buoy"}""", ByHand);

        ((int)bob.StatusCode).ShouldBe(201);
        ((int)elsewhere.StatusCode).ShouldBe(200);
        elsewhere.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await CountAsync("buoy")).ShouldBe(2);
    }

    [Theory]
    [InlineData("problem")]
    [InlineData("throw")]
    public async Task What_failed_may_be_tried_again_with_the_same_key(string name)
    {
        using var first = await PostAsync("k-" + name, $$"""{"name":"{{name}}"}""");
        using var second = await PostAsync("k-" + name, """{"name":"another"}""");

        ((int)first.StatusCode).ShouldBe(409);
        ((int)second.StatusCode).ShouldBe(201);
        second.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
    }

    [Fact]
    public async Task A_handler_with_a_reply_of_its_own_keeps_it_too()
    {
        using var first = await PostAsync("k-4", """{"own":1}""", ByHand);
        using var second = await PostAsync("k-4", """{"own":1}""", ByHand);
        using var other = await PostAsync("k-4", """{"own":2}""", ByHand);

        (await first.Content.ReadAsStringAsync()).ShouldBe("""{"accepted":1}""");
        (await second.Content.ReadAsStringAsync()).ShouldBe("""{"accepted":1}""");
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        ((int)other.StatusCode).ShouldBe(409);
        (await CountAsync("""{"own":1}""")).ShouldBe(1);
    }

    [Fact]
    public async Task A_reply_outlives_a_restart_but_not_a_day()
    {
        using var first = await PostAsync("k-5", """{"name":"anchor"}""");
        await _server.RestartAsync();
        using var second = await PostAsync("k-5", """{"name":"anchor"}""");
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);

        var database = _server.Services.GetRequiredService<IDatabase<PlaygroundModule>>();
        var yesterday = TimeProvider.System.GetUtcNow().AddHours(-25);
        await database.WriteAsync(
            unit => unit.ExecuteAsync("UPDATE sillage_idempotency SET created_at = @At", new { At = yesterday }),
            CancellationToken.None
        );
        using var third = await PostAsync("k-5", """{"name":"anchor"}""");

        third.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        (await CountAsync("anchor")).ShouldBe(2);
    }

    [Fact]
    public async Task Kept_replies_have_room_for_each_account_and_in_all_and_who_has_few_is_not_refused_for_others()
    {
        await using var small = await SillageServer.StartAsync(
            [new PlaygroundModule()],
            new Dictionary<string, string?>
            {
                ["Postgres"] = await PostgresAsync(),
                ["Limits:KeptReplies"] = "65536",
                ["Limits:KeptRepliesPerAccount"] = "65536",
            }
        );
        using var first = await PostAsync("full-0", """{"name":"first"}""", server: small);
        ((int)first.StatusCode).ShouldBe(201);
        var taken = await FillAsync(small, "alice", 429);
        // Each counts for 512 bytes and what it is.
        taken.ShouldBeInRange(40, 128);

        using (var replayed = await PostAsync("full-0", """{"name":"first"}""", server: small))
        {
            replayed.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        }

        using (var without = await PostAsync(null, """{"name":"without"}""", server: small))
        {
            ((int)without.StatusCode).ShouldBe(201);
        }

        // The room is used up, by alice: bob has a twentieth of his own all the same.
        (await FillAsync(small, "bob", 503)).ShouldBeInRange(3, 12);

        await small.RestartAsync();
        using (var still = await PostAsync("full-again", """{"name":"still"}""", server: small))
        {
            ((int)still.StatusCode).ShouldBe(429);
            still.Headers.RetryAfter.ShouldNotBeNull();
        }

        var database = small.Services.GetRequiredService<IDatabase<PlaygroundModule>>();
        var left = await database.ReadAsync(
            r => r.ScalarAsync<long>("SELECT count(*) FROM sillage_idempotency WHERE length(reply) = 0"),
            CancellationToken.None
        );
        left.ShouldBe(0, "what was refused leaves nothing");
        var yesterday = TimeProvider.System.GetUtcNow().AddHours(-26);
        await database.WriteAsync(
            unit => unit.ExecuteAsync("UPDATE sillage_idempotency SET created_at = @At", new { At = yesterday }),
            CancellationToken.None
        );
        await small.RestartAsync();
        using var after = await PostAsync("full-again", """{"name":"still"}""", server: small);
        ((int)after.StatusCode).ShouldBe(201);
    }

    [Fact]
    public async Task Neither_the_key_nor_the_reply_can_be_read_in_the_database()
    {
        using var reply = await PostAsync("key-that-is-secret", """{"name":"name-that-is-secret"}""");
        var database = _server.Services.GetRequiredService<IDatabase<PlaygroundModule>>();
        var rows = await database.ReadAsync(
            reader => reader.QueryAsync<Row>("SELECT scope, key_hash, request_hash, reply FROM sillage_idempotency"),
            CancellationToken.None
        );

        var text = string.Join(
            '\n',
            rows.Select(r => r.Scope + Latin(r.KeyHash) + Latin(r.RequestHash) + Latin(r.Reply))
        );
        text.ShouldNotContain("that-is-secret");
        rows.ShouldHaveSingleItem().Reply.Length.ShouldBeGreaterThan(29);
    }

    [Fact]
    public async Task A_bad_key_is_400()
    {
        foreach (var key in new[] { new string('k', 256), "", "tab\tin it" })
        {
            using var reply = await PostAsync(key, """{"name":"oar"}""");
            ((int)reply.StatusCode).ShouldBe(400, key);
        }

        using var longest = await PostAsync(new string('k', 255), """{"name":"oar"}""");
        ((int)longest.StatusCode).ShouldBe(201);
    }

    /// <summary>Sends new keys until one is refused with this status.</summary>
    /// <returns>How many were taken.</returns>
    private async Task<int> FillAsync(SillageServer server, string token, int refusal)
    {
        for (var i = 1; ; i++)
        {
            i.ShouldBeLessThan(200, "never refused");
            using var reply = await PostAsync($"full-{i}", $$"""{"name":"{{i}}"}""", token: token, server: server);
            if ((int)reply.StatusCode != 201)
            {
                ((int)reply.StatusCode).ShouldBe(refusal);
                reply.Headers.RetryAfter.ShouldNotBeNull();
                return i - 1;
            }
        }
    }

    private async Task<HttpResponseMessage> PostAsync(
        string? key,
        string body,
        string path = Things,
        string token = "alice",
        SillageServer? server = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await (server ?? _server).Client.SendAsync(request);
    }

    private async Task<long> CountAsync(string name)
    {
        var database = _server.Services.GetRequiredService<IDatabase<PlaygroundModule>>();
        return await database.ReadAsync(
            reader => reader.ScalarAsync<long>("SELECT count(*) FROM thing WHERE name = @Name", new { Name = name }),
            CancellationToken.None
        );
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private sealed record Row(string Scope, byte[] KeyHash, byte[] RequestHash, byte[] Reply);
}
