using System.Buffers.Text;
using System.Text;

namespace Sillage.Benchmarks.Load;

/// <summary>
/// A request as bytes in which only what differs from one sending to the next is written anew: ids, sequence numbers and
/// timestamps, all of fixed width. Used by one connection.
/// </summary>
internal sealed class RequestTemplate
{
    // Marks of the same width as what replaces them; no payload holds them otherwise.
    public const string Id = "01900000-0000-7000-8000-0000000000ff";
    public const string Timestamp = "2026-01-01T00:00:00.000Z";
    public const string Sequence = "100000099";

    private readonly byte[] _bytes;
    private readonly int[] _ids;
    private readonly int[] _timestamps;
    private readonly int[] _sequences;
    private int _sequence = 100_000_000;

    private RequestTemplate(byte[] bytes, int traces)
    {
        _bytes = bytes;
        Traces = traces;
        _ids = Places(bytes, Id);
        _timestamps = Places(bytes, Timestamp);
        _sequences = Places(bytes, Sequence);
    }

    public int Traces { get; }

    /// <summary>A POST of a JSON body with the given authorization.</summary>
    public static RequestTemplate Post(string path, string? authorization, string body, int traces) =>
        Send("POST", path, authorization, body, traces);

    /// <summary>A request with a JSON body and the given authorization.</summary>
    public static RequestTemplate Send(string method, string path, string? authorization, string body, int traces)
    {
        var head = new StringBuilder()
            .Append(method)
            .Append(' ')
            .Append(path)
            .Append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
            .Append("Content-Length: ")
            .Append(Encoding.UTF8.GetByteCount(body))
            .Append("\r\n");
        if (authorization is not null)
        {
            head.Append("Authorization: ").Append(authorization).Append("\r\n");
        }

        return new RequestTemplate(Encoding.UTF8.GetBytes(head.Append("\r\n").Append(body).ToString()), traces);
    }

    public static byte[] Get(string path, string? authorization) =>
        Encoding.UTF8.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + (authorization is null ? "" : $"Authorization: {authorization}\r\n")
                + "\r\n"
        );

    /// <summary>The bytes with new ids, sequence numbers and the time; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Next(DateTimeOffset now)
    {
        foreach (var place in _ids)
        {
            Guid.CreateVersion7(now).TryFormat(_bytes.AsSpan(place, 36), out _);
        }

        foreach (var place in _sequences)
        {
            Utf8Formatter.TryFormat(_sequence++, _bytes.AsSpan(place, 9), out _);
        }

        if (_timestamps.Length > 0)
        {
            var first = _bytes.AsSpan(_timestamps[0], Timestamp.Length);
            now.TryFormat(first, out _, "yyyy-MM-ddTHH:mm:ss.fffZ");
            foreach (var place in _timestamps.AsSpan(1))
            {
                first.CopyTo(_bytes.AsSpan(place));
            }
        }

        return _bytes;
    }

    private static int[] Places(byte[] bytes, string mark)
    {
        var places = new List<int>();
        var sought = Encoding.UTF8.GetBytes(mark);
        for (var from = 0; bytes.AsSpan(from).IndexOf(sought) is >= 0 and var found; from += found + sought.Length)
        {
            places.Add(from + found);
        }

        return [.. places];
    }
}
