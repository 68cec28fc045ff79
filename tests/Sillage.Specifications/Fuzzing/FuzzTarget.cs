using System.Text;

namespace Sillage.Specifications.Fuzzing;

/// <summary>Something that is fed with any bytes at all. If it throws, it has found something.</summary>
/// <param name="Name">Also the name of its corpus' folder.</param>
/// <param name="Run">Takes an input.</param>
/// <param name="Tokens">Pieces that its grammar is made of.</param>
public sealed record FuzzTarget(string Name, Action<byte[]> Run, IReadOnlyList<byte[]> Tokens)
{
    /// <summary>Pieces of JSON, and of what is no text.</summary>
    public static IReadOnlyList<byte[]> JsonTokens { get; } =
    [
        .. Bytes(["[", "]", "{", "}", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", ",", ":", "/", "-", "null", "true"]),
        .. Bytes(["9007199254740991", "9007199254740992", "1e400", "-0", "0.1", "é", "😀", "\u0000", "\n", "\r", " "]),
        [0xff],
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
    ];

    /// <summary>Texts as UTF-8.</summary>
    public static IEnumerable<byte[]> Bytes(IEnumerable<string> texts) => texts.Select(Encoding.UTF8.GetBytes);

    /// <summary>Fails the run if something does not hold.</summary>
    public static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
