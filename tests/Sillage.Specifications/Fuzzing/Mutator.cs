using System.Text;

namespace Sillage.Specifications.Fuzzing;

/// <summary>Makes new inputs of known ones: splices, flips, cuts, repeats, and puts in what the grammar is made of.</summary>
public sealed class Mutator(IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> tokens, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Another input.</summary>
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
                    input.InsertRange(at, Pick(tokens));
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

    private byte[] Pick(IReadOnlyList<byte[]> from) => from[_random.Next(from.Count)];
}
