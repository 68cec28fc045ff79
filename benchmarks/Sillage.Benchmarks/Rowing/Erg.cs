using System.Buffers;
using System.Text;
using Sillage.Benchmarks.Load;

namespace Sillage.Benchmarks.Rowing;

/// <summary>A session that goes on: what it has sent so far.</summary>
/// <param name="path">Where its strokes go.</param>
/// <param name="authorization">Whose it is.</param>
internal sealed class Erg(string path, string authorization)
{
    private readonly byte[] _head = Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: {authorization}\r\nContent-Length: "
    );

    private long _next;

    /// <summary>Writes the next batch: two seconds and some metres a stroke, with all that a monitor measures of each.</summary>
    public void Write(ArrayBufferWriter<byte> request, ArrayBufferWriter<byte> body, int strokes)
    {
        body.ResetWrittenCount();
        Put(body, $"{{\"first\":{_next},\"strokes\":[");
        for (var i = 0; i < strokes; i++, _next++)
        {
            Put(
                body,
                $"{(i == 0 ? "" : ",")}{{\"time\":{(_next + 1) * 2}.{_next % 10},\"distance\":{(_next + 1) * 9}.{_next % 7},\"pace\":{108 + (_next % 9)}.{_next % 10},\"rate\":30,\"power\":{220 + (_next % 60)},\"heartRate\":{140 + (_next % 40)}}}"
            );
        }

        Put(body, "]}");
        request.ResetWrittenCount();
        request.Write(_head);
        Put(request, $"{body.WrittenCount}\r\n\r\n");
        request.Write(body.WrittenSpan);
    }

    private static void Put(ArrayBufferWriter<byte> to, string line)
    {
        to.Advance(Encoding.UTF8.GetBytes(line, to.GetSpan(line.Length)));
    }
}

/// <summary>The ergs of one connection, each in turn.</summary>
internal sealed class ErgRequests(IReadOnlyList<Erg> ergs, int strokes) : IRequests
{
    private readonly ArrayBufferWriter<byte> _request = new(8192);
    private readonly ArrayBufferWriter<byte> _body = new(8192);
    private int _turn;

    public (ReadOnlyMemory<byte> Bytes, int Traces) Next()
    {
        ergs[_turn++ % ergs.Count].Write(_request, _body, strokes);
        return (_request.WrittenMemory, strokes);
    }
}
