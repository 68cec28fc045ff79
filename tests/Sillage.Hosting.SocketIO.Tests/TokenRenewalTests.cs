using System.Text.Json.Nodes;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Hosting.SocketIO.Tests;

/// <summary>A token that ends while its connection is open: told ahead, renewed without a reconnect, or the end.</summary>
public sealed class TokenRenewalTests : IAsyncLifetime
{
    private readonly List<string> _heard = [];
    private LiveServer _server = null!;
    private string _session = "";

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_new_token_is_taken_on_the_connection_that_is_open()
    {
        var person = await _server.NewPersonAsync();
        await JoinAsync(person.Token);
        var warned = await ExpireSoonAsync();
        warned.ShouldBeGreaterThan(_server.Time.GetUtcNow());

        var renewed = await _server.LogInAsync(person.Username);
        var ack = await AskAsync("auth:refresh", new { token = renewed.Token });
        ((DateTimeOffset)ack["expiresAt"]!).ShouldBeGreaterThan(warned);

        // Past the end of the first one.
        _server.Time.Advance(TimeSpan.FromMinutes(5));
        (await AskAsync("who")).ToString().ShouldBe(person.Username);
        _heard.Count(packet => packet.Contains("token:expiring", StringComparison.Ordinal)).ShouldBe(1);

        // The new one ends as the first would have.
        _server.Time.Advance(TimeSpan.FromMinutes(12));
        await WaitAsync(packet => packet.Contains("token:expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_whose_token_is_not_renewed_ends_and_says_why()
    {
        await JoinAsync((await _server.NewPersonAsync()).Token);
        await ExpireSoonAsync();
        _server.Time.Advance(TimeSpan.FromMinutes(2));
        var packet = await WaitAsync(text => text.Contains("token:expired", StringComparison.Ordinal));
        ((string)Argument(packet)["code"]!).ShouldBe("token_expired");
        await WaitAsync(text => text == "41/closed,");
    }

    [Fact]
    public async Task Only_a_token_of_the_same_person_that_allows_as_much_is_taken()
    {
        var admin = await _server.AdministratorAsync();
        var person = await _server.NewPersonAsync();
        await JoinAsync(admin.Token);
        (await RefusedAsync(new { token = person.Token })).ShouldBe("forbidden");
        (await RefusedAsync(new { token = "rubbish" })).ShouldBe("token_invalid");
        (await RefusedAsync(new { token = 7 })).ShouldBe("token_invalid");
        (await RefusedAsync(new { })).ShouldBe("token_invalid");
        var over = await _server.LogInAsync(admin.Username);
        _server.Time.Advance(TimeSpan.FromMinutes(20));
        (await RefusedAsync(new { token = over.Token })).ShouldBe("token_expired");
    }

    [Fact]
    public async Task A_connection_without_a_credential_gets_none_in_this_way()
    {
        var person = await _server.NewPersonAsync();
        _session = "&sid=" + await _server.OpenAsync();
        (await _server.PollAsync(_session, null, "40/open,")).Status.ShouldBe(200);
        (await _server.PollAsync(_session)).Text.ShouldStartWith("40/open,");
        (await RefusedAsync(new { token = person.Token }, "/open")).ShouldBe("token_invalid");
    }

    [Fact]
    public async Task A_renewed_connection_ends_with_the_session_of_the_new_token_and_not_with_that_of_the_old()
    {
        var person = await _server.NewPersonAsync();
        var renewed = await _server.LogInAsync(person.Username);
        await JoinAsync(person.Token);
        await AskAsync("auth:refresh", new { token = renewed.Token });
        await _server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, person.Token);
        (await AskAsync("who")).ToString().ShouldBe(person.Username);
        await _server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, renewed.Token);
        await WaitAsync(text => text == "41/closed,");
    }

    private async Task JoinAsync(string token)
    {
        _session = "&sid=" + await _server.OpenAsync();
        var join = "40/closed," + new JsonObject { ["token"] = token }.ToJsonString();
        (await _server.PollAsync(_session, null, join)).Status.ShouldBe(200);
        (await _server.PollAsync(_session)).Text.ShouldStartWith("40/closed,");
    }

    /// <summary>Goes on to where the client is told; when the token ends.</summary>
    private async Task<DateTimeOffset> ExpireSoonAsync()
    {
        _server.Time.Advance(TimeSpan.FromMinutes(14.5));
        var packet = await WaitAsync(text => text.Contains("token:expiring", StringComparison.Ordinal));
        return (DateTimeOffset)Argument(packet)["expiresAt"]!;
    }

    private async Task<string> WaitAsync(Func<string, bool> fits)
    {
        await Eventually.HoldsAsync(async () =>
        {
            // A poll waits for as long as there is nothing.
            if (!_heard.Any(fits))
            {
                await PollAsync();
            }

            return _heard.Any(fits);
        });
        return _heard.Last(fits);
    }

    private async Task<JsonNode> AskAsync(string name, object? argument = null, string ns = "/closed")
    {
        var packet = new JsonArray(
            argument is null ? [name] : [name, System.Text.Json.JsonSerializer.SerializeToNode(argument)]
        );
        var before = _heard.Count(text => text.StartsWith("43", StringComparison.Ordinal));
        (await _server.PollAsync(_session, null, $"42{ns},0{packet.ToJsonString()}")).Status.ShouldBe(200);
        await WaitAsync(_ => _heard.Count(text => text.StartsWith("43", StringComparison.Ordinal)) > before);
        return Argument(_heard.Last(text => text.StartsWith("43", StringComparison.Ordinal)), 0);
    }

    private async Task<string?> RefusedAsync(object argument, string ns = "/closed") =>
        (string?)(await AskAsync("auth:refresh", argument, ns))["error"]!["data"]!["code"];

    private async Task PollAsync()
    {
        var (status, text) = await _server.PollAsync(_session);
        if (status == 200)
        {
            _heard.AddRange(text.Split('\u001e'));
            foreach (var _ in text.Split('\u001e').Where(packet => packet == "2"))
            {
                await _server.PollAsync(_session, null, "3");
            }
        }
    }

    private static JsonNode Argument(string packet, int index = 1) =>
        JsonNode.Parse(packet[packet.IndexOf('[', StringComparison.Ordinal)..])![index]!;
}
