using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests;

public class ConnectTests
{
    internal static void Echo(SocketIOBuilder io)
    {
        foreach (var name in new[] { "/", "/custom" })
        {
            io.Of(name)
                .OnConnection((ClientSocket socket) => socket.EmitAsync("auth", socket.Auth))
                .On("message", (ClientSocket socket, EventArguments all) => socket.EmitAsync("message-back", all))
                .On("message-with-ack", (EventArguments all) => all);
        }
    }

    [Theory]
    [InlineData("40", "40", """42["auth",{}]""")]
    [InlineData("""40{"token":"123"}""", "40", """42["auth",{"token":"123"}]""")]
    [InlineData("40/custom,", "40/custom,", """42/custom,["auth",{}]""")]
    [InlineData("40/custom", "40/custom,", """42/custom,["auth",{}]""")]
    [InlineData("""40/custom,{"token":"abc"}""", "40/custom,", """42/custom,["auth",{"token":"abc"}]""")]
    public async Task A_client_joins_a_namespace_with_its_auth(string connect, string prefix, string auth)
    {
        await using var server = await TestServer.StartAsync(Echo);
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync(connect);
        (await client.TextAsync()).ShouldMatch("^" + Regex.Escape(prefix) + @"\{""sid"":""[A-Za-z0-9_-]{20}""\}$");
        (await client.TextAsync()).ShouldBe(auth);
    }

    [Fact]
    public async Task The_sockets_id_is_not_the_connections()
    {
        await using var server = await TestServer.StartAsync(Echo);
        await using var client = await server.WebSocketAsync("/socket.io/");
        var sid = System.Text.Json.JsonDocument.Parse((await client.TextAsync())[1..]).RootElement.GetProperty("sid");
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldNotContain(sid.GetString()!);
    }

    [Fact]
    public async Task An_unknown_namespace_is_refused_and_the_connection_lives()
    {
        await using var server = await TestServer.StartAsync(Echo);
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40/random");
        (await client.TextAsync()).ShouldBe("""44/random,{"message":"Invalid namespace"}""");
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldStartWith("40{");
    }

    [Theory]
    [InlineData("""42/custom,["message"]""")]
    [InlineData("43/custom,1[]")]
    [InlineData("41/custom,")]
    [InlineData("40")]
    public async Task A_packet_for_a_namespace_not_joined_or_joined_already_ends_the_connection(string packet)
    {
        await using var server = await TestServer.StartAsync(Echo);
        await using var client = await server.JoinedAsync();
        await client.TextAsync();
        await client.SendAsync(packet);
        ((int?)(await client.ClosedAsync()).Status).ShouldBe(1008);
    }

    [Fact]
    public async Task After_the_client_left_its_namespaces_the_connection_stays_open()
    {
        await using var server = await TestServer.StartAsync(
            Echo,
            o => o.ConnectTimeout = TimeSpan.FromMilliseconds(200)
        );
        await using var client = await server.JoinedAsync();
        await client.TextAsync();
        await client.SendAsync("41");
        await Task.Delay(500);
        await client.SendAsync("40/custom,");
        (await client.TextAsync()).ShouldStartWith("40/custom,{");
        (await client.TextAsync()).ShouldBe("""42/custom,["auth",{}]""");
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldStartWith("40{");
    }

    [Fact]
    public async Task Leaving_one_namespace_leaves_the_other_alone()
    {
        await using var server = await TestServer.StartAsync(Echo);
        await using var client = await server.JoinedAsync();
        await client.TextAsync();
        await client.SendAsync("40/custom");
        await client.TextAsync();
        await client.TextAsync();
        await client.SendAsync("41/custom");
        await client.SendAsync("""42["message","to the main namespace"]""");
        (await client.TextAsync()).ShouldBe("""42["message-back","to the main namespace"]""");
    }

    [Fact]
    public async Task A_connection_that_joins_nothing_in_time_is_closed()
    {
        await using var server = await TestServer.StartAsync(
            Echo,
            o => o.ConnectTimeout = TimeSpan.FromMilliseconds(200)
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40/random");
        await client.TextAsync();
        (await client.ClosedAsync()).Why.ShouldBe("no namespace was joined in time");
    }

    [Fact]
    public async Task A_connection_that_joins_too_late_has_joined_nothing_however_coarse_the_timer_is()
    {
        await using var server = await TestServer.StartAsync(
            Echo,
            o => o.ConnectTimeout = TimeSpan.FromMilliseconds(200)
        );
        for (var i = 0; i < 5; i++)
        {
            var client = await server.PollingAsync("/socket.io/");
            await Eventually.HasPassedAsync(TimeSpan.FromMilliseconds(201));
            (await client.PostAsync("40")).ShouldBe((400, """{"code":1,"message":"Session ID unknown"}"""));
        }
    }

    [Theory]
    [InlineData("4abc")]
    [InlineData("42{}")]
    [InlineData("""42abc["message-with-ack",1,"2",{"3":[false]}]""")]
    [InlineData("""42["disconnect"]""")]
    [InlineData("""4511-["message"]""")]
    [InlineData("""451-["message"]""")]
    [InlineData("44{}")]
    public async Task A_malformed_packet_ends_that_connection_and_no_other(string packet)
    {
        await using var server = await TestServer.StartAsync(Echo);
        await using var other = await server.JoinedAsync();
        await other.TextAsync();
        await using var client = await server.JoinedAsync();
        await client.TextAsync();
        await client.SendAsync(packet);
        ((int?)(await client.ClosedAsync()).Status).ShouldBe(1008);
        await other.SendAsync("""42["message",1]""");
        (await other.TextAsync()).ShouldBe("""42["message-back",1]""");
    }

    [Fact]
    public async Task Handlers_are_there_before_the_first_event_is_read()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.OnConnection(
                    async (ClientSocket socket) =>
                    {
                        await Task.Delay(150);
                        socket.Data["ready"] = true;
                    }
                )
                .On("ask", (ClientSocket socket) => socket.Data.ContainsKey("ready"))
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.SendAsync("40");
        await client.TextAsync();
        await client.TextAsync();
        await client.SendAsync("""421["ask"]""");
        (await client.TextAsync()).ShouldBe("431[true]");
    }

    [Fact]
    public async Task Middleware_accepts_or_refuses_with_message_and_data()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.Use(async context =>
                {
                    await Task.Yield();
                    if (!context.Auth.TryGetProperty("token", out var token))
                    {
                        context.Refuse("no token", new { code = 7 });
                        return;
                    }

                    context.User = new ClaimsPrincipal(
                        new ClaimsIdentity([new Claim(ClaimTypes.Name, token.GetString()!)], "token")
                    );
                    context.Data["via"] = "middleware";
                })
                .On("who", (ClientSocket s) => $"{s.User.Identity!.Name} {s.Data["via"]}")
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldBe("""44{"message":"no token","data":{"code":7}}""");
        await client.SendAsync("""40{"token":"player-1"}""");
        (await client.TextAsync()).ShouldStartWith("40{");
        await client.SendAsync("""420["who"]""");
        (await client.TextAsync()).ShouldBe("""430["player-1 middleware"]""");
    }

    [Fact]
    public async Task Middleware_that_throws_keeps_its_client_out_without_telling_why()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.Use(_ => throw new InvalidOperationException("the secret"))
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40");
        (await client.TextAsync()).ShouldBe("""44{"message":"Internal error"}""");
        server.Log.All.ShouldContain(l => l.Contains("the secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Namespaces_of_a_pattern_come_and_go_with_their_clients()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.Of(new Regex("^/room-[0-9]+$", RegexOptions.None, TimeSpan.FromSeconds(1)))
                .On("where", (ClientSocket socket) => socket.Namespace.Name)
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40/room-x,");
        (await client.TextAsync()).ShouldBe("""44/room-x,{"message":"Invalid namespace"}""");
        await client.SendAsync("40/room-12,");
        (await client.TextAsync()).ShouldStartWith("40/room-12,{");
        await client.SendAsync("""42/room-12,5["where"]""");
        (await client.TextAsync()).ShouldBe("""43/room-12,5["/room-12"]""");
        var before = server.SocketIO.Of("/room-12");
        before.Count.ShouldBe(1);
        await client.SendAsync("41/room-12,");
        await Eventually.HoldsAsync(() => server.SocketIO.Of("/room-12") != before, "the namespace is forgotten");
        Should.Throw<ArgumentException>(() => server.SocketIO.Of("/other"));
    }

    [Fact]
    public async Task A_client_may_join_only_so_many_namespaces()
    {
        await using var server = await TestServer.StartAsync(
            io => io.Of(_ => true),
            o => o.MaxNamespacesPerConnection = 2
        );
        await using var client = await server.WebSocketAsync("/socket.io/");
        await client.TextAsync();
        await client.SendAsync("40/a,");
        await client.TextAsync();
        await client.SendAsync("40/b,");
        await client.TextAsync();
        await client.SendAsync("40/c,");
        (await client.TextAsync()).ShouldBe("""44/c,{"message":"Too many namespaces"}""");
        await client.SendAsync("41/a,");
        await client.SendAsync("40/c,");
        (await client.TextAsync()).ShouldStartWith("40/c,{");
    }

    [Fact]
    public async Task Policies_of_the_host_guard_a_namespace()
    {
        await using var server = await TestServer.StartAsync(
            io =>
            {
                io.Of("/known").RequireAuthorization();
                io.Of("/staff").RequireAuthorization("staff");
            },
            host: b =>
                b.Services.AddAuthorization(a => a.AddPolicy("staff", p => p.RequireClaim(ClaimTypes.Role, "staff"))),
            pipeline: app =>
                app.Use(
                    (context, next) =>
                    {
                        var role = context.Request.Query["role"].ToString();
                        context.User =
                            role.Length == 0
                                ? context.User
                                : new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role)], "test"));
                        return next(context);
                    }
                )
        );
        (await JoinAsync("", "/known")).ShouldBe("""44/known,{"message":"Not authorized"}""");
        (await JoinAsync("&role=guest", "/known")).ShouldStartWith("40/known,{");
        (await JoinAsync("&role=guest", "/staff")).ShouldBe("""44/staff,{"message":"Not authorized"}""");
        (await JoinAsync("&role=staff", "/staff")).ShouldStartWith("40/staff,{");

        async Task<string> JoinAsync(string query, string ns)
        {
            await using var client = await server.WebSocketAsync("/socket.io/", query);
            await client.TextAsync();
            await client.SendAsync($"40{ns},");
            return await client.TextAsync();
        }
    }

    [Fact]
    public async Task A_session_cannot_be_taken_over_by_another_user()
    {
        await using var server = await TestServer.StartAsync(pipeline: app =>
            app.Use(
                (context, next) =>
                {
                    var name = context.Request.Headers["X-User"].ToString();
                    if (name.Length > 0)
                    {
                        context.User = new ClaimsPrincipal(
                            new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "test")
                        );
                    }

                    return next(context);
                }
            )
        );
        server.Http.DefaultRequestHeaders.Add("X-User", "player-1");
        var client = await server.PollingAsync();
        await client.PostOkAsync("4mine");
        server.Http.DefaultRequestHeaders.Remove("X-User");
        (await client.TryPollAsync()).Status.ShouldBe(403);
        server.Http.DefaultRequestHeaders.Add("X-User", "player-2");
        (await client.PostAsync("4not mine")).Status.ShouldBe(403);
    }
}
