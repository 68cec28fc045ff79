using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_server_on_a_folder_is_refused_and_told_what_to_do()
    {
        await using var first = await StartAsync("data");

        var refusal = await Should.ThrowAsync<DataFolderInUseException>(() => StartAsync("data"));

        refusal.Message.ShouldContain(_folder["data"]);
        refusal.Message.ShouldContain("--data");
        (await first.Database<SpecimenModule>().NamesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_is_free_again_once_its_server_has_stopped()
    {
        await (await StartAsync("data")).DisposeAsync();

        await (await StartAsync("data")).DisposeAsync();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_refused_and_told_what_to_do()
    {
        await File.WriteAllTextAsync(_folder["file"], "");

        var refusal = await Should.ThrowAsync<DataFolderNotWritableException>(() => StartAsync("file/data"));

        refusal.Message.ShouldContain(_folder["file/data"]);
        refusal.Message.ShouldContain("--data");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_folder["data"]);
        var text = new string('x', 5000);
        await File.WriteAllTextAsync(_folder["data/specimen.db"], text);

        var refusal = await Should.ThrowAsync<DatabaseUnreadableException>(() => StartAsync("data"));

        refusal.Message.ShouldContain(_folder["data/specimen.db"]);
        (await File.ReadAllTextAsync(_folder["data/specimen.db"])).ShouldBe(text);
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_folder_and_its_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("File modes are Unix's.");
            return;
        }

        await using var storage = await StartAsync("deep/data");
        await storage.Database<SpecimenModule>().AddAsync(Specimen.Called("a"));

        var data = _folder["deep/data"];
        File.GetUnixFileMode(data).ShouldBe(OwnerOnly | UnixFileMode.UserExecute);
        var files = Directory.EnumerateFiles(data).Select(file => Path.GetFileName(file)!).Order().ToArray();
        files.ShouldBe(["sillage.lock", "specimen.db", "specimen.db-shm", "specimen.db-wal"]);
        foreach (var file in files)
        {
            File.GetUnixFileMode(Path.Combine(data, file)).ShouldBe(OwnerOnly, file);
        }
    }

    private Task<StorageUnderTest> StartAsync(string name) =>
        StorageUnderTest.StartAsync(
            StoragePlace.In(_folder[name]),
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );
}
