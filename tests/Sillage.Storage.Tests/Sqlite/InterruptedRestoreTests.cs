using Shouldly;
using Sillage.Specifications;
using Sillage.Storage.Backup;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>A crash in the middle of a restore's renames: the next start finishes them, from wherever they stood.</summary>
public sealed class InterruptedRestoreTests : IDisposable
{
    private const string Ready = "restore-ready-20261120T080000000Z";
    private const string Before = "before-restore-20261120T080000000Z";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nothing moved", "a.db=old a.db-wal=log c.db=old {0}/a.db=new {0}/b.db=new")]
    [InlineData("a log moved", "a.db=old c.db=old {0}/a.db=new {0}/b.db=new {1}/a.db-wal=log")]
    [InlineData("a file moved", "c.db=old {0}/a.db=new {0}/b.db=new {1}/a.db-wal=log {1}/a.db=old")]
    [InlineData("all out", "{0}/a.db=new {0}/b.db=new {1}/a.db-wal=log {1}/a.db=old {1}/c.db=old")]
    [InlineData("one marked", "{0}/a.db=new {0}/b.db=new {1}/a.db-wal=log {1}/a.db=old {1}/c.db=old {1}/a.arrived=")]
    [InlineData("one in", "a.db=new {0}/b.db=new {1}/a.db-wal=log {1}/a.db=old {1}/c.db=old {1}/a.arrived=")]
    [InlineData(
        "all in",
        "a.db=new b.db=new {0}/a.db-shm= {1}/a.db-wal=log {1}/a.db=old {1}/c.db=old {1}/a.arrived= {1}/b.arrived="
    )]
    public void A_restore_is_finished_from_wherever_it_stood(string state, string files)
    {
        state.ShouldNotBeEmpty();
        foreach (var file in string.Format(null, files, Ready, Before).Split(' '))
        {
            var (path, content) = (_folder[file.Split('=')[0]], file.Split('=')[1]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        SqliteRestore.Finish(_folder);

        Directory
            .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Select(file => $"{Path.GetRelativePath(_folder, file)}={File.ReadAllText(file)}")
            .Order(StringComparer.Ordinal)
            .ShouldBe(["a.db=new", "b.db=new", $"{Before}/a.db-wal=log", $"{Before}/a.db=old", $"{Before}/c.db=old"]);
        Directory.Exists(_folder[Ready]).ShouldBeFalse();
    }
}
