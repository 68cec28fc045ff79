using System.Text;

namespace Sillage.SocketIO.Fuzz;

/// <summary>Makes new inputs of known ones: splices, flips, cuts, repeats, and puts in what the grammar is made of.</summary>
internal sealed class Mutator(byte[][] corpus, int seed)
{
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "{\"_placeholder\":true,\"num\":0}",
            "\"_placeholder\":true",
            "\"num\":",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            ",",
            ":",
            "/",
            "-",
            "\u001e",
            "b",
            "=",
            "51-",
            "9007199254740991",
            "9007199254740992",
            "1e400",
            "null",
            "true",
            "é",
            "😀",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff],
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var input = new List<byte>(Pick(corpus));
        for (var n = _random.Next(1, 6); n > 0; n--)
        {
            var at = _random.Next(input.Count + 1);
            switch (_random.Next(6))
            {
                case 0 when input.Count > 0:
                    input[_random.Next(input.Count)] = (byte)_random.Next(256);
                    break;
                case 1:
                    input.InsertRange(at, Pick(Tokens));
                    break;
                case 2:
                    input.RemoveRange(at, _random.Next(Math.Min(input.Count - at, 8) + 1));
                    break;
                case 3:
                    var other = Pick(corpus);
                    input.InsertRange(at, other[_random.Next(other.Length + 1)..]);
                    break;
                case 4 when input.Count > at:
                    var piece = input.GetRange(at, _random.Next(Math.Min(input.Count - at, 16)) + 1);
                    for (var i = _random.Next(1, 80); i > 0; i--)
                    {
                        input.InsertRange(at, piece);
                    }

                    break;
                default:
                    input.InsertRange(
                        at,
                        Encoding.ASCII.GetBytes(_random.NextInt64(long.MinValue, long.MaxValue).ToString())
                    );
                    break;
            }
        }

        return [.. input];
    }

    private byte[] Pick(byte[][] from) => from[_random.Next(from.Length)];
}
