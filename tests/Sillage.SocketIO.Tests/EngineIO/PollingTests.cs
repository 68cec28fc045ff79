using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Sillage.Specifications;
using Xunit;

namespace Sillage.SocketIO.Tests.EngineIO;

public class PollingTests
{
    [Theory]
    [InlineData("4hello")]
    [InlineData("4test1\u001e4test2\u001e4test3")]
    [InlineData("4hello\u001ebAQIDBA==")]
    [InlineData("4ĀΩ😀")]
    public async Task What_is_posted_comes_back_by_the_next_poll(string payload)
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.PostOkAsync(payload);
        (await client.PollAsync()).ShouldBe(payload);
    }

    [Fact]
    public async Task A_parked_poll_is_answered_when_something_is_sent()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        var poll = client.PollAsync();
        await Task.Delay(100);
        poll.IsCompleted.ShouldBeFalse();
        await client.PostOkAsync("4hello");
        (await poll).ShouldBe("4hello");
    }

    [Fact]
    public async Task A_binary_event_reaches_a_parked_poll_whole_with_its_separator()
    {
        await using var server = await TestServer.StartAsync(io =>
            io.On("bytes", (ClientSocket s) => s.EmitAsync("bytes", new byte[] { 1, 2, 3 }))
        );
        var client = await server.PollingAsync("/socket.io/");
        await client.PostOkAsync("40");
        (await client.PollAsync()).ShouldStartWith("40{");
        var poll = client.PollAsync();
        await Task.Delay(100);
        await client.PostOkAsync("""42["bytes"]""");
        (await poll).ShouldBe("""451-["bytes",{"_placeholder":true,"num":0}]""" + "\u001ebAQID");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("4a\u001e")]
    [InlineData("7")]
    [InlineData("b***")]
    [InlineData("bAQI")]
    [InlineData("2")]
    public async Task A_malformed_payload_closes_the_session(string payload)
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        (await client.PostAsync(payload)).Status.ShouldBe(400);
        (await client.TryPollAsync()).ShouldBe((400, """{"code":1,"message":"Session ID unknown"}"""));
    }

    [Fact]
    public async Task Text_that_is_not_utf8_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        using var content = new ByteArrayContent([(byte)'4', 0xff, 0xfe]);
        using var response = await server.Http.PostAsync(client.Url, content);
        ((int)response.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task A_binary_body_is_not_of_this_protocol()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        (await client.PostOctetsAsync()).ShouldBe(400);
        (await client.TryPollAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_second_poll_at_once_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        var first = client.TryPollAsync();
        await Task.Delay(100);
        (await client.TryPollAsync()).ShouldBe((400, """{"code":3,"message":"Bad request"}"""));
        (await first).ShouldBe((200, "1"));
        (await client.TryPollAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_second_post_at_once_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        using var slow = new SlowContent();
        var first = server.Http.PostAsync(client.Url, slow);
        await slow.Started;
        (await client.PostAsync("4hello")).ShouldBe((400, """{"code":3,"message":"Bad request"}"""));
        (await client.TryPollAsync()).Status.ShouldBe(400);
        slow.Finish();
        using var late = await first;
    }

    [Fact]
    public async Task A_poll_that_the_client_breaks_off_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        using var abort = new CancellationTokenSource();
        var poll = client.TryPollAsync(abort.Token);
        await Task.Delay(100);
        await abort.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => poll);
        (await client.TryPollAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413_and_says_why()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxHttpBufferSize = 1000);
        var client = await server.PollingAsync();
        await client.PostOkAsync("4" + new string('x', 999));
        (await client.PollAsync()).Length.ShouldBe(1000);
        var (status, body) = await client.PostAsync("4" + new string('x', 1000));
        status.ShouldBe(413);
        body.ShouldContain("larger than maxPayload (1000 bytes)");
    }

    [Fact]
    public async Task After_a_body_that_is_too_large_the_poll_hears_of_the_end()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxHttpBufferSize = 1);
        var client = await server.PollingAsync();
        await client.PostOkAsync("4");
        (await client.PostAsync("4x")).Status.ShouldBe(413);
        (await client.PollAsync()).ShouldBe("4");
        (await client.PollAsync()).ShouldBe("1");
    }

    [Fact]
    public async Task A_post_that_is_still_being_sent_ends_with_its_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        using var half = new TcpClient();
        await half.ConnectAsync(IPAddress.Loopback, new Uri(server.Address).Port);
        var stream = half.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {client.Url} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n4half")
        );

        // Two at once end the session.
        await Eventually.HoldsAsync(async () => (await client.PostAsync("4x")).Status == 400, "the second is refused");
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("HTTP/1.1 400 Bad Request");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413_without_a_length_too()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxHttpBufferSize = 1000);
        var client = await server.PollingAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, client.Url);
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StringContent("4" + new string('x', 1000));
        using var response = await server.Http.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(413);
    }

    [Fact]
    public async Task A_close_packet_lets_the_parked_poll_go_and_ends_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        var poll = client.TryPollAsync();
        await Task.Delay(100);
        await client.PostOkAsync("1");
        (await poll).ShouldBe((200, "6"));
        (await client.TryPollAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_poll_that_crosses_the_close_packet_is_answered_once()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.PostOkAsync("1");
        (await client.TryPollAsync()).ShouldBe((200, "6"));
        (await client.TryPollAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task The_server_closes_by_a_close_packet_after_what_was_sent()
    {
        await using var server = await TestServer.StartAsync(handler: new CloseOnMessage());
        var client = await server.PollingAsync();
        await client.PostOkAsync("4close");
        (await client.PollAsync()).ShouldBe("4bye");
        (await client.PollAsync()).ShouldBe("1");
        (await client.TryPollAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_client_may_hang_up_as_soon_as_it_has_its_answer()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        var large = "4" + new string('x', 900_000);
        for (var i = 0; i < 40; i++)
        {
            await client.PostOkAsync(large);
            using (var tcp = new System.Net.Sockets.TcpClient())
            {
                await tcp.ConnectAsync("127.0.0.1", new Uri(server.Address).Port);
                var stream = tcp.GetStream();
                await stream.WriteAsync(
                    System.Text.Encoding.ASCII.GetBytes($"GET {client.Url} HTTP/1.1\r\nHost: localhost\r\n\r\n")
                );
                var buffer = new byte[65_536];

                // The headers come before the body, so this many bytes and theirs are all of it.
                var answer = 0;
                for (var end = int.MaxValue; answer < end; )
                {
                    var read = await stream.ReadAsync(buffer);
                    var head = System
                        .Text.Encoding.ASCII.GetString(buffer, 0, read)
                        .IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    end = answer == 0 ? head + 4 + large.Length : end;
                    answer += read;
                }

                tcp.LingerState = new System.Net.Sockets.LingerOption(true, 0);
            }
        }

        await client.PostOkAsync("4still here");
        (await client.PollAsync()).ShouldBe("4still here");
    }

    [Fact]
    public async Task Put_and_delete_are_refused_on_a_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        using var response = await server.Http.DeleteAsync(client.Url);
        ((int)response.StatusCode).ShouldBe(400);
        await client.PostOkAsync("4still here");
    }

    private sealed class CloseOnMessage : Sillage.SocketIO.EngineIO.EngineHandler
    {
        public override ValueTask OnMessageAsync(
            Sillage.SocketIO.EngineIO.EngineConnection connection,
            Sillage.SocketIO.EngineIO.EngineMessage message
        )
        {
            connection.Send("bye");
            connection.Close();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A body whose end is still to come.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => _started.Task.ContinueWith(_ => Task.Delay(100), TaskScheduler.Default).Unwrap();

        public void Finish() => _finish.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync("4a"u8.ToArray());
            await stream.FlushAsync();
            _started.TrySetResult();
            await _finish.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
