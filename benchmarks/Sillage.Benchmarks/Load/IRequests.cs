namespace Sillage.Benchmarks.Load;

/// <summary>What one connection sends, one after the other.</summary>
internal interface IRequests
{
    /// <summary>The next request, valid until the next call, and how many traces it carries.</summary>
    (ReadOnlyMemory<byte> Bytes, int Traces) Next();
}

/// <summary>Templates in turn, each sending with ids and times of its own.</summary>
internal sealed class Templates(params RequestTemplate[] templates) : IRequests
{
    private readonly RequestTemplate[] _templates = templates;
    private int _turn;

    public (ReadOnlyMemory<byte> Bytes, int Traces) Next()
    {
        var template = _templates[_turn++ % _templates.Length];
        return (template.Next(TimeProvider.System.GetUtcNow()), template.Traces);
    }
}

/// <summary>The same bytes always: a query.</summary>
internal sealed class SameRequest(byte[] bytes, int traces) : IRequests
{
    private readonly byte[] _bytes = bytes;
    private readonly int _traces = traces;

    public (ReadOnlyMemory<byte> Bytes, int Traces) Next() => (_bytes, _traces);
}

/// <summary>One of the first, one of the second, and so on.</summary>
internal sealed class Alternating(IRequests first, IRequests second) : IRequests
{
    private readonly IRequests _first = first;
    private readonly IRequests _second = second;
    private bool _turn;

    public (ReadOnlyMemory<byte> Bytes, int Traces) Next() => (_turn = !_turn) ? _first.Next() : _second.Next();
}
