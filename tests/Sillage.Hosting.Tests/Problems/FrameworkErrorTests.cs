using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shouldly;
using Sillage.Hosting.Tests.Playground;
using Xunit;

namespace Sillage.Hosting.Tests.Problems;

public sealed class FrameworkErrorTests(PlaygroundFixture playground)
{
    private const string Root = "/api/v1/playground";

    [Theory]
    [InlineData("GET", "/api/v1/absent", 404)]
    [InlineData("DELETE", Root + "/boats", 405)]
    [InlineData("GET", Root + "/defect", 500)]
    [InlineData("GET", Root + "/unavailable", 503)]
    [InlineData("GET", Root + "/things", 401)]
    [InlineData("GET", Root + "/query?number=x", 400)]
    [InlineData("GET", Root + "/query?nubmer=1", 400)]
    [InlineData("GET", Root + "/needed", 400)]
    public async Task Every_error_is_a_problem(string method, string path, int status)
    {
        using var reply = await playground.Server.Client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), path)
        );
        var text = await reply.Content.ReadAsStringAsync();

        ((int)reply.StatusCode).ShouldBe(status);
        reply.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("type").GetString().ShouldBe("about:blank");
        problem.GetProperty("instance").GetString().ShouldBe(path.Split('?')[0]);
        problem.GetProperty("traceId").GetString()!.Length.ShouldBe(32);
        text.ShouldNotContain("secret");
        text.ShouldNotContain("System.");
        reply.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task A_405_says_what_is_allowed()
    {
        using var reply = await playground.Server.Client.DeleteAsync(Root + "/boats");

        reply.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    [Fact]
    public async Task A_503_says_when_to_try_again()
    {
        using var reply = await playground.Server.Client.GetAsync(Root + "/unavailable");

        reply.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData("/unavailable", "Nothing was stored")]
    [InlineData("/unknown-outcome", "whether this was stored is not known")]
    public async Task A_503_says_nothing_of_what_was_stored_that_is_not_known(string path, string detail)
    {
        using var reply = await playground.Server.Client.GetAsync(Root + path);

        (await reply.Content.ReadAsStringAsync()).ShouldContain(detail);
    }

    [Fact]
    public async Task A_defect_is_in_the_log_under_the_trace_id_that_the_client_has()
    {
        using var reply = await playground.Server.Client.GetAsync(Root + "/defect");

        playground.Server.Log.Text.ShouldContain("inner secret");
    }

    [Fact]
    public async Task A_reply_that_fails_in_the_middle_is_cut_off() =>
        await Should.ThrowAsync<HttpRequestException>(() => playground.Server.Client.GetAsync(Root + "/half"));

    [Theory]
    [InlineData("number=x", "?number", "whole number")]
    [InlineData("number=99999999999", "?number", "whole number")]
    [InlineData("number=1&number=2", "?number", "more than once")]
    [InlineData("id=1", "?id", "UUID")]
    [InlineData("flag=maybe", "?flag", "true or false")]
    [InlineData("at=yesterday", "?at", "RFC 3339")]
    [InlineData("kind=raft", "?kind", "One of Single, CoxlessFour")]
    [InlineData("kind=7", "?kind", "One of Single, CoxlessFour")]
    [InlineData("nubmer=1", "?nubmer", "did you mean 'number'")]
    [InlineData("words=a&words=%00", "?words", "U+0000")]
    public async Task A_bad_parameter_is_named(string query, string pointer, string detail)
    {
        var (status, problem) = await playground.SendAsync(HttpMethod.Get, $"{Root}/query?{query}");

        status.ShouldBe(400);
        var error = problem.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("pointer").GetString().ShouldBe(pointer);
        error.GetProperty("detail").GetString()!.ShouldContain(detail);
    }

    [Fact]
    public async Task Good_parameters_are_taken()
    {
        var (status, body) = await playground.SendAsync(
            HttpMethod.Get,
            $"{Root}/query?number=-1&id=019337d6-0f8a-7c4e-9d3b-2f6a51c0e8b7&flag=true&at=2026-11-20T09:30:00Z&words=a&words=b&kind=Single"
        );

        status.ShouldBe(200, body.ToString());
        body.GetProperty("words").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task All_missing_parameters_are_named()
    {
        var (_, problem) = await playground.SendAsync(HttpMethod.Get, Root + "/needed?x=1");

        problem
            .GetProperty("errors")
            .EnumerateArray()
            .Select(e => e.GetProperty("pointer").GetString())
            .ShouldBe(["?x", "?needed", "?other-name"]);
    }

    [Fact]
    public async Task A_declared_beginning_stands_for_all_names_with_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + "/things?data.room=1&data.x=2");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "alice");
        using var reply = await playground.Server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task A_bad_id_in_the_address_is_400()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + "/things/7");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "alice");
        using var reply = await playground.Server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(400);
        (await reply.Content.ReadAsStringAsync()).ShouldContain("'id' in the address is not valid. A UUID");
    }

    [Theory]
    [InlineData("/query", 401)]
    [InlineData("/login", 405)]
    public async Task A_credential_that_comes_is_checked_on_anonymous_routes_too(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "expired");
        using var reply = await playground.Server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task A_login_does_not_look_at_the_credential_that_comes_along()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Root + "/login")
        {
            Content = new StringContent("""{"name":"x"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "expired");
        using var reply = await playground.Server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(200);
    }

    [Theory]
    [InlineData("alice", 200)]
    [InlineData("bob", 403)]
    [InlineData("nobody", 401)]
    [InlineData(null, 401)]
    public async Task A_permission_is_needed(string? token, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + "/administration");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var reply = await playground.Server.Client.SendAsync(request);

        ((int)reply.StatusCode).ShouldBe(status);
        reply.Headers.WwwAuthenticate.Count.ShouldBe(status == 401 ? 2 : 0);
    }

    [Theory]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /api/v1/playground/query?number=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("NONSENSE\r\n\r\n", "400")]
    [InlineData(
        "POST /api/v1/playground/boats HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400"
    )]
    [InlineData(
        "POST /api/v1/playground/boats HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "400"
    )]
    [InlineData(
        "POST /api/v1/playground/boats HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n",
        "413"
    )]
    public async Task Malformed_HTTP_is_refused(string request, string status)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(playground.Server.Address.Host, playground.Server.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        var reply = await reader.ReadToEndAsync();

        reply.ShouldStartWith("HTTP/1.1 " + status);
        reply.ShouldNotContain("Server:");
    }

    [Fact]
    public async Task A_client_that_leaves_is_not_an_error()
    {
        using var client = playground.Server.CreateClient();
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync(Root + "/slow", leave.Token));

        var line = await EventuallyAsync(() =>
            playground.Server.Log.Lines.FirstOrDefault(l => l.Text.Contains("/slow 499", StringComparison.Ordinal))
        );
        line.ShouldNotBeNull();
        playground
            .Server.Log.Lines.Where(l => l.Level >= Microsoft.Extensions.Logging.LogLevel.Error)
            .ShouldAllBe(l => !l.Text.Contains("/slow", StringComparison.Ordinal));
    }

    private static async Task<T?> EventuallyAsync<T>(Func<T?> find)
        where T : class
    {
        for (var i = 0; i < 100; i++)
        {
            if (find() is { } found)
            {
                return found;
            }

            await Task.Delay(50);
        }

        return null;
    }
}
