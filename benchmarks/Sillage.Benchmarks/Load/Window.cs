using System.Diagnostics;

namespace Sillage.Benchmarks.Load;

/// <summary>When the requests count. Written by one thread, read by another.</summary>
internal sealed class Window
{
    private long _opened = long.MaxValue;
    private long _closed = long.MaxValue;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_opened, _closed);

    public bool IsOver => Volatile.Read(ref _closed) != long.MaxValue;

    public void Open() => Volatile.Write(ref _opened, Stopwatch.GetTimestamp());

    public void Close() => Volatile.Write(ref _closed, Stopwatch.GetTimestamp());

    public bool Holds(long finished) => finished >= Volatile.Read(ref _opened) && !IsOver;
}
