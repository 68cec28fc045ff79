namespace Sillage.SocketIO.Codec;

/// <summary>Where an event stands in a namespace's log, as its client is told.</summary>
/// <param name="Number">The number of the event, or of the last one that was kept before it.</param>
/// <param name="IsKept">
/// Whether the event itself is kept. Clients take the text at the end of any event, be it its name, for an offset: behind one that is not kept
/// the last number stands only where such a text would be taken for one.
/// </param>
internal readonly record struct LogOffset(long Number, bool IsKept);
