using System.Text;

namespace Sillage.Hosting.Tests.Telemetry;

/// <summary>A span as a collector reads it (opentelemetry-proto, trace/v1/trace.proto).</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Attributes">Its attributes: texts and whole numbers.</param>
internal sealed record OtlpSpan(string Name, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The spans of an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<OtlpSpan> Read(ReadOnlyMemory<byte> request) =>
        from resource in Fields(request)
        where resource.Number == 1
        from scope in Fields(resource.Bytes)
        where scope.Number == 2
        from span in Fields(scope.Bytes)
        where span.Number == 2
        select Span(span.Bytes);

    private static OtlpSpan Span(ReadOnlyMemory<byte> span)
    {
        var fields = Fields(span).ToList();
        return new OtlpSpan(
            Text(fields.First(f => f.Number == 5).Bytes),
            fields
                .Where(f => f.Number == 9)
                .Select(f => Fields(f.Bytes).ToList())
                .ToDictionary(pair => Text(pair[0].Bytes), pair => Value(pair[1].Bytes))
        );
    }

    private static string Value(ReadOnlyMemory<byte> value) =>
        Fields(value).First() is var (number, bytes, integer) && number == 1 ? Text(bytes) : $"{integer}";

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    // https://protobuf.dev/programming-guides/encoding: numbers of eight bytes, of variable length, and what has a length.
    private static IEnumerable<(int Number, ReadOnlyMemory<byte> Bytes, long Integer)> Fields(ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            var tag = Integer(ref rest);
            var (bytes, integer) = (ReadOnlyMemory<byte>.Empty, 0L);
            switch (tag & 7)
            {
                case 0:
                    integer = Integer(ref rest);
                    break;
                case 1:
                    rest = rest[8..];
                    break;
                case 2:
                    var length = (int)Integer(ref rest);
                    (bytes, rest) = (rest[..length], rest[length..]);
                    break;
                default:
                    rest = rest[4..];
                    break;
            }

            yield return ((int)(tag >> 3), bytes, integer);
        }
    }

    private static long Integer(ref ReadOnlyMemory<byte> rest)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest.Span[0];
            rest = rest[1..];
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
