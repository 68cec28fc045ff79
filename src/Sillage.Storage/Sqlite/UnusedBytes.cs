using System.Buffers.Binary;

namespace Sillage.Storage.Sqlite;

/// <summary>
/// The parts of a b-tree page that hold nothing (https://sqlite.org/fileformat2.html, 1.6): the gap between the cells'
/// addresses and the cells, and the insides of free blocks. When a page is split or joined, cells move to its neighbours and
/// SQLite leaves what it copied in the gap, with <c>secure_delete</c> too.
/// </summary>
internal static class UnusedBytes
{
    private const int FileHeader = 100;

    /// <summary>
    /// A page that is no b-tree's begins with the number of another page, whose first byte is then below the least kind of a
    /// b-tree page: with more pages than this the two could not be told apart.
    /// </summary>
    public const long MostPages = 0x0200_0000;

    /// <summary>Overwrites the unused bytes with zeros.</summary>
    /// <param name="page">The page; of the first one, with the file's header.</param>
    /// <param name="isFirst">Whether it is the file's first.</param>
    /// <param name="usable">How many of its bytes SQLite uses.</param>
    /// <param name="changed">Hears which bytes, by offset and length, were not zero before.</param>
    public static void Clear(Span<byte> page, bool isFirst, int usable, Action<int, int> changed)
    {
        var header = isFirst ? FileHeader : 0;
        var (headerLength, isTree) = page[header] switch
        {
            2 or 5 => (12, true),
            10 or 13 => (8, true),
            _ => (0, false),
        };
        if (!isTree)
        {
            return;
        }

        var cells = header + headerLength + (2 * Number(page, header + 3));
        var content = Number(page, header + 5) is var start and not 0 ? start : 65536;
        // What is no sound page is left as it is: an integrity check will find it.
        if (cells > content || content > usable || !AreSound(page, header, headerLength, content, usable))
        {
            return;
        }

        Zero(page, cells, content - cells, changed);
        for (var block = Number(page, header + 1); block != 0; block = Number(page, block))
        {
            Zero(page, block + 4, Number(page, block + 2) - 4, changed);
        }
    }

    private static bool AreSound(ReadOnlySpan<byte> page, int header, int headerLength, int content, int usable)
    {
        for (var i = 0; i < Number(page, header + 3); i++)
        {
            var cell = Number(page, header + headerLength + (2 * i));
            if (cell < content || cell >= usable)
            {
                return false;
            }
        }

        // Free blocks come in the order of their places, without overlap.
        var end = content;
        for (var block = Number(page, header + 1); block != 0; block = Number(page, block))
        {
            if (block < end || block + 4 > usable || Number(page, block + 2) < 4)
            {
                return false;
            }

            end = block + Number(page, block + 2);
            if (end > usable)
            {
                return false;
            }
        }

        return true;
    }

    private static void Zero(Span<byte> page, int offset, int length, Action<int, int> changed)
    {
        var bytes = page.Slice(offset, length);
        if (bytes.IndexOfAnyExcept((byte)0) >= 0)
        {
            bytes.Clear();
            changed(offset, length);
        }
    }

    private static int Number(ReadOnlySpan<byte> page, int offset) =>
        BinaryPrimitives.ReadUInt16BigEndian(page[offset..]);
}
