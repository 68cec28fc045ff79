using Shouldly;
using Sillage.Storage;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>The audit trail is written with the unit, and read back in pages.</summary>
public abstract class AuditSpecification : StorageSpecification
{
    [Fact]
    public async Task An_audit_row_is_stored_with_its_unit_or_not_at_all()
    {
        var actor = Guid.CreateVersion7();
        await AuditAsync(new AuditEntry("specimen.added", actor, "a", """{"count":1}"""));
        await Should.ThrowAsync<InvalidDataException>(() =>
            Database.WriteAsync<int>(
                async unit =>
                {
                    await unit.AuditAsync(new AuditEntry("specimen.added", null, "b"));
                    throw new InvalidDataException();
                },
                CancellationToken.None
            )
        );

        var row = (await ReadAsync(new AuditFilter(), 10)).ShouldHaveSingleItem();

        row.ShouldBe(new AuditRow(row.Id, row.At, "specimen.added", actor, "a", """{"count":1}"""));
    }

    [Fact]
    public async Task The_trail_is_read_in_pages_newest_first()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            await AuditAsync(new AuditEntry("specimen.added", null, $"{number}"));
            await Eventually.HasPassedAsync(TimeSpan.FromMilliseconds(1)); // UUIDv7 orders by the millisecond.
        }

        var first = await ReadAsync(new AuditFilter(), 2);
        var second = await ReadAsync(new AuditFilter(Before: first[^1].Id), 2);
        var third = await ReadAsync(new AuditFilter(Before: second[^1].Id), 2);

        first.Concat(second).Concat(third).Select(row => row.Subject).ShouldBe(["5", "4", "3", "2", "1"]);
    }

    [Fact]
    public async Task The_trail_is_narrowed_by_action_actor_and_subject()
    {
        var actor = Guid.CreateVersion7();
        await AuditAsync(new AuditEntry("specimen.added", actor, "a"));
        await AuditAsync(new AuditEntry("specimen.removed", actor, "a"));
        await AuditAsync(new AuditEntry("specimen.added", null, "b"));

        (await ReadAsync(new AuditFilter(Actor: actor), 10)).Count.ShouldBe(2);
        (await ReadAsync(new AuditFilter(Action: "specimen.added"), 10)).Count.ShouldBe(2);
        (await ReadAsync(new AuditFilter("specimen.added", actor, "a"), 10)).Count.ShouldBe(1);
        (await ReadAsync(new AuditFilter(Subject: "c"), 10)).ShouldBeEmpty();
    }

    private Task<int> AuditAsync(AuditEntry entry) =>
        Database.WriteAsync(
            async unit =>
            {
                await unit.AuditAsync(entry);
                return 0;
            },
            CancellationToken.None
        );

    private Task<IReadOnlyList<AuditRow>> ReadAsync(AuditFilter filter, int limit) =>
        Database.ReadAsync(
            reader => reader.ReadAuditAsync(filter, limit, CancellationToken.None),
            CancellationToken.None
        );
}
