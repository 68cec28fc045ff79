using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Sillage.SocketIO.EngineIO;

/// <summary>What a GET of a polling session is answered.</summary>
/// <param name="Messages">The messages that waited.</param>
/// <param name="Control">A packet without data that follows them: a close or a noop; 0 for none.</param>
/// <param name="HasMoved">Whether it is refused instead, because the session has moved to a WebSocket.</param>
internal readonly record struct PollAnswer(
    OutgoingMessage[] Messages,
    EnginePacketType Control = default,
    bool HasMoved = false
)
{
    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers.CacheControl = "no-store";

        var separators = Messages.Length - 1 + (Control is default(EnginePacketType) ? 0 : 1);
        var length = separators + (Control is default(EnginePacketType) ? 0L : 1L);
        foreach (var message in Messages)
        {
            length += message.Polling.Length;
        }

        response.ContentLength = length;
        Write(response.BodyWriter);

        // Not with the request's own token: a client that has everything may hang up at once, which must not look like a
        // failure. One that hung up too early will miss its heartbeat.
        await response.BodyWriter.FlushAsync(CancellationToken.None);
    }

    private void Write(IBufferWriter<byte> writer)
    {
        for (var i = 0; i < Messages.Length; i++)
        {
            if (i > 0)
            {
                writer.Write([Payload.Separator]);
            }

            writer.Write(Messages[i].Polling.Span);
        }

        if (Control is not default(EnginePacketType))
        {
            writer.Write(Messages.Length > 0 ? [Payload.Separator, (byte)Control] : [(byte)Control]);
        }
    }
}

/// <summary>A GET that waits for something to be sent.</summary>
/// <param name="cameDuringUpgrade">Whether the WebSocket of an upgrade was open when it came.</param>
internal sealed class ParkedPoll(bool cameDuringUpgrade)
    : TaskCompletionSource<PollAnswer>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public bool CameDuringUpgrade => cameDuringUpgrade;
}
