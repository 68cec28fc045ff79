using Shouldly;
using Sillage.Storage.Sqlite;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>Whatever a page holds, only what it calls unused is ever touched.</summary>
public sealed class UnusedBytesTests
{
    private const int PageSize = 512;
    private static readonly byte[] Kinds = [2, 5, 10, 13];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(255)]
    public void A_page_that_is_no_trees_is_left_alone(byte kind)
    {
        var page = Enumerable.Repeat((byte)0xAA, PageSize).ToArray();
        page[0] = kind;

        Clear(page).ShouldBeEmpty();

        page[1..].ShouldAllBe(value => value == 0xAA);
    }

    [Fact]
    public void The_gap_and_the_insides_of_free_blocks_are_cleared_and_cells_are_not()
    {
        // A leaf of a table: one cell at 480 of 20 bytes, a free block of 12 at 500, the content from 480 on.
        var page = Enumerable.Repeat((byte)0xAA, PageSize).ToArray();
        byte[] header = [13, 500 >> 8, 500 & 0xFF, 0, 1, 480 >> 8, 480 & 0xFF, 0, 480 >> 8, 480 & 0xFF];
        header.CopyTo(page, 0);
        new byte[] { 0, 0, 0, 12 }.CopyTo(page, 500);

        Clear(page).ShouldBe([(10, 470), (504, 8)]);

        page[10..480].ShouldAllBe(value => value == 0);
        page[480..500].ShouldAllBe(value => value == 0xAA);
        page[500..504].ShouldBe([0, 0, 0, 12]);
        page[504..].ShouldAllBe(value => value == 0);
        Clear(page).ShouldBeEmpty();
    }

    [Fact]
    public void A_page_that_is_not_sound_brings_it_to_no_fall()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var page = new byte[PageSize];
            random.NextBytes(page);
            page[0] = Kinds[i % Kinds.Length];
            // Small numbers come nearer to a sound page.
            page[3] = 0;
            page[4] %= 8;
            page[1] %= 2;
            page[5] %= 2;
            var before = page.ToArray();

            var changed = Clear(page);

            for (var at = 0; at < PageSize; at++)
            {
                var isUnused = changed.Any(range => range.Offset <= at && at < range.Offset + range.Length);
                if (page[at] != (isUnused ? 0 : before[at]))
                {
                    Assert.Fail($"Byte {at} of page {i} changed.");
                }
            }
        }
    }

    private static List<(int Offset, int Length)> Clear(byte[] page)
    {
        var changed = new List<(int, int)>();
        UnusedBytes.Clear(page, isFirst: false, PageSize, (offset, length) => changed.Add((offset, length)));
        return changed;
    }
}
