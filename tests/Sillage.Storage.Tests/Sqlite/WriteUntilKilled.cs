using System.Globalization;
using Sillage.Specifications;
using Sillage.Specifications.Storage;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>The process that the crash test kills: it writes without end and says which units were acknowledged.</summary>
internal static class WriteUntilKilled
{
    public const string Verb = "write-until-killed";
    private const int Writers = 16;

    public static async Task RunAsync(string folder)
    {
        var place = StoragePlace.In(folder);
        await using var storage = await StorageUnderTest.StartAsync(
            place,
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );
        var database = storage.Database<SpecimenModule>();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(database, writer)));
    }

    private static async Task WriteAsync(IDatabase database, int writer)
    {
        for (var number = 0; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{writer}-{number}");
            await database.AddAsync(Specimen.Called(name));
            await Console.Out.WriteLineAsync(name);
        }
    }
}
