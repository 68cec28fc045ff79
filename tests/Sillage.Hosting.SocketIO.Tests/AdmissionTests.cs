using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Sillage.Hosting.SocketIO.Tests;

/// <summary>Who is let in, and what the others are told. Spoken by hand: it is about single packets.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_token_in_auth_or_in_the_header_lets_in()
    {
        var person = await _server.NewPersonAsync();

        (await _server.JoinAsync("/closed", new { token = person.Token })).ShouldStartWith("40/closed,");
        (await _server.JoinAsync("/closed", authorization: "Bearer " + person.Token)).ShouldStartWith("40/closed,");
        (await _server.JoinAsync("/open")).ShouldStartWith("40/open,");
    }

    [Fact]
    public async Task Refusals_have_a_code_for_the_program()
    {
        var person = await _server.NewPersonAsync();
        var admin = await _server.AdministratorAsync();

        Code(await _server.JoinAsync("/closed")).ShouldBe("token_invalid");
        Code(await _server.JoinAsync("/closed", new { token = "rubbish" })).ShouldBe("token_invalid");
        Code(await _server.JoinAsync("/closed", new { token = 7 })).ShouldBe("token_invalid");
        Code(await _server.JoinAsync("/open", new { token = person.Token[..^4] })).ShouldBe("token_invalid");
        Code(await _server.JoinAsync("/closed", authorization: "Bearer rubbish")).ShouldBe("token_invalid");
        Code(await _server.JoinAsync("/admins", new { token = person.Token })).ShouldBe("forbidden");
        (await _server.JoinAsync("/admins", new { token = admin.Token })).ShouldStartWith("40/admins,");

        _server.Time.Advance(TimeSpan.FromMinutes(20));
        Code(await _server.JoinAsync("/closed", new { token = person.Token })).ShouldBe("token_expired");
        Code(await _server.JoinAsync("/closed", authorization: "Bearer " + person.Token)).ShouldBe("token_expired");
    }

    [Fact]
    public async Task The_holder_of_a_session_id_does_not_pass_for_its_owner()
    {
        var owner = await _server.NewPersonAsync();
        var thief = await _server.NewPersonAsync();
        var session = "&sid=" + await _server.OpenAsync(authorization: "Bearer " + owner.Token);

        (await _server.PollAsync(session, null, "40/closed,")).Status.ShouldBe(403);
        (await _server.PollAsync(session, "Bearer " + thief.Token, "40/closed,")).Status.ShouldBe(403);
        (await _server.PollAsync(session, "Bearer rubbish", "40/closed,")).Status.ShouldBe(403);
        (await _server.PollAsync(session, "Bearer " + owner.Token, "40/closed,")).Status.ShouldBe(200);
        (await _server.PollAsync(session, "Bearer " + owner.Token)).Text.ShouldStartWith("40/closed,");
    }

    [Fact]
    public async Task A_session_that_has_ended_opens_nothing_even_on_a_connection_from_before()
    {
        var person = await _server.NewPersonAsync();
        var session = "&sid=" + await _server.OpenAsync(authorization: "Bearer " + person.Token);
        await _server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, person.Token);

        (await _server.PollAsync(session, "Bearer " + person.Token, "40/closed,")).Status.ShouldBe(403);
        Code(await _server.JoinAsync("/closed", new { token = person.Token })).ShouldBe("token_invalid");
    }

    [Fact]
    public async Task A_token_in_the_address_counts_only_where_a_setting_says_so_and_is_in_no_log()
    {
        var person = await _server.NewPersonAsync();
        Code(await _server.JoinAsync("/closed", query: "&token=" + person.Token)).ShouldBe("token_invalid");

        await using var lenient = await LiveServer.StartAsync(settings: ("Live:TokenInQuery", "true"));
        var other = await lenient.NewPersonAsync();
        var session = "&sid=" + await lenient.OpenAsync("&token=" + other.Token);
        (await lenient.PollAsync(session + "&token=" + other.Token, null, "40/closed,")).Status.ShouldBe(200);
        (await lenient.PollAsync(session + "&token=" + other.Token)).Text.ShouldStartWith("40/closed,");
        (await lenient.PollAsync(session, null, "40/open,")).Status.ShouldBe(403);

        (await lenient.PollAsync(session + "&token=" + other.Token, null, """42/closed,0["shown"]""")).Status.ShouldBe(
            200
        );
        var shown = (await lenient.PollAsync(session + "&token=" + other.Token)).Text;
        shown.ShouldStartWith("43/closed,0[");
        shown.ShouldNotContain(other.Token);
        lenient.Host.Log.Text.ShouldNotContain(other.Token);
        _server.Host.Log.Text.ShouldNotContain(person.Token);
    }

    [Fact]
    public async Task Handlers_are_not_shown_the_token_but_all_else_that_came_with_it()
    {
        var person = await _server.NewPersonAsync();
        var session = "&sid=" + await _server.OpenAsync();
        var join = "40/closed," + new JsonObject { ["token"] = person.Token, ["nickname"] = "gull" }.ToJsonString();
        (await _server.PollAsync(session, null, join)).Status.ShouldBe(200);
        (await _server.PollAsync(session)).Text.ShouldStartWith("40/closed,");
        (await _server.PollAsync(session, null, """42/closed,0["shown"]""")).Status.ShouldBe(200);

        var shown = (await _server.PollAsync(session)).Text;
        shown.ShouldContain("gull");
        shown.ShouldNotContain(person.Token);
    }

    [Fact]
    public async Task Pages_of_strange_origins_stay_out()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(_server.Host.Address, "/socket.io/?EIO=4&transport=polling")
        );
        request.Headers.Add("Origin", "https://elsewhere.example");
        using var reply = await _server.Host.Client.SendAsync(request);
        ((int)reply.StatusCode).ShouldBe(403);
    }

    private static string? Code(string packet)
    {
        packet.ShouldStartWith("44/");
        var refusal = JsonNode.Parse(packet[(packet.IndexOf(',', StringComparison.Ordinal) + 1)..])!;
        ((string?)refusal["message"]).ShouldNotBeNullOrEmpty();
        return (string?)refusal["data"]!["code"];
    }
}
