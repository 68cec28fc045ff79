using Sillage.SocketIO.EngineIO;

namespace SocketIOEcho;

/// <summary>Sends each message back as it came.</summary>
internal sealed class Echo : EngineHandler
{
    public override ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message)
    {
        _ = message.IsBinary ? connection.Send(message.Data.Span) : connection.Send(message.Text);
        return ValueTask.CompletedTask;
    }
}
