using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Rowing.Files;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Rowing.Tests;

/// <summary>A folder of files, taken over by whoever runs the server.</summary>
public abstract class FolderImportTests(RowingUnderTest rowing) : RowingSpecification(rowing)
{
    [Fact]
    public async Task A_folder_is_tried_taken_over_and_gone_on_with()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "3x250m.fit", "not-xml.tcx", "ergdata.csv" })
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.Path, name), RealFiles.Read(name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "notes.txt"), "not looked at");
        var rower = await Rowing.NewRowerAsync();
        var import = Server.Services.GetRequiredService<FolderImport>();
        async Task<List<FolderFile>> RunAsync(bool dryRun)
        {
            var taken = new List<FolderFile>();
            foreach (var file in FolderImport.Find(folder.Path))
            {
                taken.Add(
                    await import.TakeAsync(
                        folder.Path,
                        file,
                        rower.Id,
                        new StoredHints(),
                        dryRun,
                        CancellationToken.None
                    )
                );
            }

            return taken;
        }

        var tried = await RunAsync(dryRun: true);
        tried
            .Select(file => (file.Name, file.Strokes))
            .ShouldBe([("3x250m.fit", 94), ("ergdata.csv", 180), ("not-xml.tcx", 0)]);
        tried[2].Failure.ShouldNotBeNull();
        (await GetAsync(Workouts, rower)).Items.ShouldBeEmpty();

        await RunAsync(dryRun: false);
        (await GetAsync(Workouts, rower)).Items.Count.ShouldBe(2);
        (await RunAsync(dryRun: false)).Select(file => file.IsKnown).ShouldBe([true, true, false]);
        (await GetAsync(Workouts, rower)).Items.Count.ShouldBe(2);
    }
}

public sealed class FolderImportOnSqlite(SqliteRowing rowing) : FolderImportTests(rowing), IClassFixture<SqliteRowing>;

public sealed class FolderImportOnPostgres(PostgresRowing rowing)
    : FolderImportTests(rowing),
        IClassFixture<PostgresRowing>;
