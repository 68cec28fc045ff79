using System.Text;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Sqlite;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

public sealed class SqliteStatementTests : StorageSpecification
{
    private const string Insert =
        "INSERT INTO specimen (id, name, at, flag, count, ratio, other, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    private const string Select = "SELECT id, name, at, flag, count, ratio, other, data FROM specimen WHERE name = ?";

    [Fact]
    public async Task What_a_statement_binds_is_what_Dapper_reads_and_the_other_way_round()
    {
        var time = new DateTimeOffset(2026, 11, 20, 8, 0, 0, 123, 456, TimeSpan.Zero);
        var specimen = new Specimen(Guid.CreateVersion7(), "Éloïse 𝄞", time, true, -5, 0.25, null, [1, 2, 3]);

        await Database.WriteAsync(unit => Task.FromResult(Run(unit, specimen)), CancellationToken.None);

        var stored = (await Database.SpecimensAsync()).ShouldHaveSingleItem();
        stored.ShouldBe(specimen with { Data = stored.Data });
        stored.Data.ShouldBe(specimen.Data);
        await Database.ReadAsync(
            reader =>
            {
                var row = reader.Prepare(Select).BindText(1, specimen.Name);
                row.Step().ShouldBeTrue();
                row.GetGuid(0).ShouldBe(specimen.Id);
                Encoding.UTF8.GetString(row.GetBytes(1)).ShouldBe(specimen.Name);
                row.GetTime(2).ShouldBe(time);
                row.GetInt64(4).ShouldBe(-5);
                row.GetDouble(5).ShouldBe(0.25);
                row.IsNull(6).ShouldBeTrue();
                row.GetBytes(7).ToArray().ShouldBe(specimen.Data);
                row.Step().ShouldBeFalse();
                return Task.FromResult(0);
            },
            CancellationToken.None
        );
    }

    [Fact]
    public async Task An_empty_text_and_an_empty_blob_are_not_null()
    {
        await Database.WriteAsync(
            unit => Task.FromResult(Run(unit, new Specimen(Guid.CreateVersion7(), "", Data: []))),
            CancellationToken.None
        );

        (await Database.SpecimensAsync()).ShouldHaveSingleItem().Data.ShouldBe([]);
    }

    [Fact]
    public async Task A_statement_that_fails_says_so_as_Dapper_does_and_keeps_the_unit_from_being_stored()
    {
        await Database.AddAsync(Specimen.Called("a"));

        var violation = await Should.ThrowAsync<UniqueViolationException>(() =>
            Database.WriteAsync(
                unit =>
                {
                    Run(unit, Specimen.Called("b"));
                    try
                    {
                        Run(unit, Specimen.Called("a"));
                    }
                    catch (UniqueViolationException)
                    {
                        // Swallowed on purpose.
                    }

                    return Task.FromResult(0);
                },
                CancellationToken.None
            )
        );

        violation.Constraint.ShouldBe("specimen.name");
        (await Database.NamesAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_statement_is_prepared_once_and_comes_back_with_nothing_bound()
    {
        await Database.WriteAsync(
            unit =>
            {
                var first = unit.Prepare("SELECT ?1");
                first.Bind(1, 5L).Step().ShouldBeTrue();
                var second = unit.Prepare("SELECT ?1");
                second.ShouldBeSameAs(first);
                second.Step().ShouldBeTrue();
                second.IsNull(0).ShouldBeTrue();
                return Task.FromResult(0);
            },
            CancellationToken.None
        );
    }

    [Fact]
    public async Task A_statement_of_a_connection_that_is_closed_fails_and_hurts_nobody()
    {
        var kept = await Database.ReadAsync(
            reader => Task.FromResult(reader.Prepare("SELECT ?1, x'01'")),
            CancellationToken.None
        );
        await DisposeAsync();

        Should.Throw<Exception>(() => kept.Bind(1, 5L));
        Should.Throw<Exception>(() => kept.BindText(1, "text"u8));
        Should.Throw<Exception>(() => kept.Step());
        kept.IsNull(0).ShouldBeTrue();
        kept.GetInt64(0).ShouldBe(0);
        kept.GetBytes(1).IsEmpty.ShouldBeTrue();
        kept.Reset();
    }

    [Fact]
    public void The_SQLite_that_comes_along_is_used()
    {
        Version.Parse(SqliteLibrary.Version).ShouldBeGreaterThanOrEqualTo(new Version(3, 53));
        SqliteLibrary.IsSystemLibrary.ShouldBeFalse();
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());

    private static int Run(IUnitOfWork unit, Specimen specimen)
    {
        var insert = unit.Prepare(Insert)
            .Bind(1, specimen.Id)
            .BindText(2, Encoding.UTF8.GetBytes(specimen.Name))
            .BindNull(7);
        if (specimen is { At: { } at, Flag: { } flag, Count: { } count, Ratio: { } ratio })
        {
            insert.Bind(3, at).Bind(4, flag ? 1 : 0).Bind(5, count).Bind(6, ratio);
        }

        if (specimen.Data is { } data)
        {
            insert.BindBlob(8, data);
        }

        return insert.Run();
    }
}
