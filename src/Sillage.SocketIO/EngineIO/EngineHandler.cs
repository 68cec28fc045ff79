namespace Sillage.SocketIO.EngineIO;

/// <summary>A message from a client.</summary>
/// <param name="Data">The bytes: UTF-8 for text. They are the receiver's only until its task ends; what is kept is copied.</param>
/// <param name="IsBinary">Whether it was sent as binary.</param>
public readonly record struct EngineMessage(ReadOnlyMemory<byte> Data, bool IsBinary)
{
    /// <summary>The message as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Data.Span);
}

/// <summary>What a program does with Engine.IO connections. Of one connection, nothing is called twice at once.</summary>
public abstract class EngineHandler
{
    /// <summary>
    /// The message that a client of Engine.IO protocol 3 is sent before it is let go, in that protocol; null: it is refused with an HTTP
    /// status, of which such clients show only that there was one.
    /// </summary>
    internal virtual string? ToProtocol3 => null;

    /// <summary>A connection opened. Nothing of it is read before this returns; what is sent here arrives with the handshake.</summary>
    public virtual void OnOpen(EngineConnection connection) { }

    /// <summary>A message arrived. The next one is read when the task has ended.</summary>
    public abstract ValueTask OnMessageAsync(EngineConnection connection, EngineMessage message);

    /// <summary>The connection ended. Called once, also while a message is still being handled.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">What happened, for the log; null when the reason says it all.</param>
    public virtual void OnClose(EngineConnection connection, CloseReason reason, string? detail) { }
}
