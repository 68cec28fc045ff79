using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sillage.SocketIO.EngineIO;

// HTTP long-polling: at most one GET waits for what is sent, at most one POST brings what was said.
public sealed partial class EngineConnection
{
    private const string HasMoved = "the session has moved to a WebSocket";

    private CancellationTokenSource? _posting;

    /// <summary>Answers a GET of this session.</summary>
    internal async Task PollAsync(HttpContext context)
    {
        if (CloseIfOverdue())
        {
            await _server.RefuseAsync(context, EngineError.UnknownSession, "the session has timed out");
            return;
        }

        ParkedPoll? parked = null;
        ParkedPoll? released = null;
        var isHeld = false;
        var answer = default(PollAnswer);
        var refusal = default((EngineError Error, string Why)?);
        lock (Gate)
        {
            if (_farewell is { Messages.Length: > 0 } last)
            {
                // The close goes alone: clients that find it in one payload with messages drop those.
                answer = new PollAnswer(last.Messages);
                _farewell = last with { Messages = [] };
            }
            else if (_farewell is { } farewell)
            {
                answer = farewell;
                _farewell = null;
                _state = ConnectionState.Closed;
            }
            else if (_state is not ConnectionState.Open)
            {
                refusal = (EngineError.UnknownSession, "the session is closed");
            }
            else if (_webSocket is not null)
            {
                refusal = (EngineError.BadRequest, HasMoved);
            }
            else if (_poll is not null && _probed)
            {
                // The client waits for its polls to end before it completes the upgrade: every one is let go.
                released = _poll;
                _poll = null;
                answer = new PollAnswer([], EnginePacketType.Noop);
            }
            else if (_poll is not null)
            {
                refusal = (EngineError.BadRequest, "two polls at once");
            }
            else if (_queue.Count > 0)
            {
                answer = new PollAnswer(_queue.DequeueAll());
            }
            else
            {
                _poll = parked = new ParkedPoll(_upgradePending);
                isHeld = _probed;
            }
        }

        if (refusal is { } refused)
        {
            if (refused.Why is "two polls at once")
            {
                Close(CloseReason.TransportError, refused.Why);
            }

            await _server.RefuseAsync(context, refused.Error, refused.Why);
            return;
        }

        released?.TrySetResult(answer);
        if (parked is not null)
        {
            if (isHeld)
            {
                _ = ReleaseLaterAsync(parked);
            }

            await using var aborted = context.RequestAborted.UnsafeRegister(
                static state =>
                {
                    var (connection, poll) = ((EngineConnection, ParkedPoll))state!;
                    connection.OnPollAborted(poll);
                },
                (this, parked)
            );
            answer = await parked.Task;
            if (context.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            if (answer.HasMoved)
            {
                await _server.RefuseAsync(context, EngineError.BadRequest, HasMoved);
                return;
            }
        }
        else if (_state is ConnectionState.Closed)
        {
            _server.Remove(this);
        }

        try
        {
            await answer.WriteAsync(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Close(CloseReason.TransportClose, "the poll ended before its answer was written");
        }
    }

    private void OnPollAborted(ParkedPoll poll)
    {
        lock (Gate)
        {
            if (_poll == poll)
            {
                _poll = null;
            }
        }

        Close(CloseReason.TransportClose, "the client broke off its poll");
        poll.TrySetResult(new PollAnswer([], EnginePacketType.Close));
    }

    /// <summary>Takes a POST of this session.</summary>
    internal async Task PostAsync(HttpContext context)
    {
        if (CloseIfOverdue() || !IsOpen)
        {
            await _server.RefuseAsync(context, EngineError.UnknownSession, "the session is closed");
            return;
        }

        // Its reading ends with its session.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        string? fault = null;
        lock (Gate)
        {
            if (_webSocket is not null)
            {
                fault = HasMoved;
            }
            else if (_posting is not null)
            {
                fault = "two posts at once";
            }
            else
            {
                _posting = ended;
            }
        }

        if (fault is not null)
        {
            if (fault is "two posts at once")
            {
                Close(CloseReason.TransportError, fault);
            }

            await _server.RefuseAsync(context, EngineError.BadRequest, fault);
            return;
        }

        byte[]? body = null;
        try
        {
            if (context.Request.ContentType is "application/octet-stream")
            {
                Close(CloseReason.TransportError, "a binary body, which protocol 4 does not know");
                await _server.RefuseAsync(context, EngineError.BadRequest, "a binary body");
                return;
            }

            (body, var length) = await ReadBodyAsync(context, ended.Token);
            if (body is null)
            {
                var limit = _server.Options.MaxHttpBufferSize;
                await _server.RefuseTooLargeAsync(context, limit);
                Close(CloseReason.PayloadTooLarge, $"body larger than maxPayload ({limit} bytes)");
                return;
            }

            await OnPayloadAsync(body, length);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            await _server.RefuseAsync(context, EngineError.UnknownSession, "the session ended before its post");
            return;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Close(CloseReason.TransportClose, "the client broke off its post");

            // Too slow or malformed; where the client has gone, nobody reads it.
            context.Response.StatusCode = (e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            return;
        }
        finally
        {
            lock (Gate)
            {
                _posting = null;
            }

            if (body is not null)
            {
                ArrayPool<byte>.Shared.Return(body);
            }
        }

        if (ClosedBecause is CloseReason.ParseError or CloseReason.TransportError)
        {
            await _server.RefuseAsync(context, EngineError.BadRequest, "malformed payload");
            return;
        }

        context.Response.ContentType = "text/plain; charset=UTF-8";
        context.Response.ContentLength = 2;
        await context.Response.Body.WriteAsync("ok"u8.ToArray(), CancellationToken.None);
    }

    private async ValueTask OnPayloadAsync(byte[] body, int length)
    {
        for (var start = 0; start <= length && IsOpen; )
        {
            var rest = body.AsSpan(start, length - start);
            var end = rest.IndexOf(Payload.Separator);
            var packet = body.AsMemory(start, end < 0 ? rest.Length : end);
            start += packet.Length + 1;
            if (System.Text.Unicode.Utf8.IsValid(packet.Span))
            {
                await OnPacketAsync(packet, isBinary: false);
            }
            else
            {
                Close(CloseReason.ParseError, "a text packet that is not UTF-8");
            }
        }
    }

    /// <summary>Reads the body into a rented buffer.</summary>
    /// <returns>No buffer when the body is too large.</returns>
    private async ValueTask<(byte[]? Body, int Length)> ReadBodyAsync(HttpContext context, CancellationToken ct)
    {
        var limit = _server.Options.MaxHttpBufferSize;
        if (context.Request.ContentLength > limit)
        {
            return (null, 0);
        }

        // This server's own limit holds here; the host's may be lower, and counts the framing of chunks as well.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        var body = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? 4096) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                if (length == body.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    body.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(body);
                    body = larger;
                }

                var read = await context.Request.Body.ReadAsync(body.AsMemory(length), ct);
                if (read == 0)
                {
                    return (body, length);
                }

                length += read;
                if (length > limit)
                {
                    ArrayPool<byte>.Shared.Return(body);
                    return (null, 0);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(body);
            throw;
        }
    }
}
