using Sillage.Storage;

namespace Sillage.Specifications.Storage;

/// <summary>The module that the storage specifications register; its one table holds every type.</summary>
public sealed class SpecimenModule;

/// <summary>A second module, with the same table in a database of its own.</summary>
public sealed class OtherModule;

public sealed record Specimen(
    Guid Id,
    string Name,
    DateTimeOffset? At = null,
    bool? Flag = null,
    long? Count = null,
    double? Ratio = null,
    Guid? Other = null,
    byte[]? Data = null
)
{
    public static Specimen Called(string name) => new(Guid.CreateVersion7(), name);
}

public static class Specimens
{
    private const string Insert = """
        INSERT INTO specimen (id, name, at, flag, count, ratio, other, data)
        VALUES (@Id, @Name, @At, @Flag, @Count, @Ratio, @Other, @Data)
        """;

    private const string All = "SELECT id, name, at, flag, count, ratio, other, data FROM specimen ORDER BY name";

    private static readonly Sql InsertEach = new(
        "INSERT INTO specimen (id, name, at, flag, count, other) VALUES (@Id, @Name, @At, @Flag, @Count, @Other)",
        """
        INSERT INTO specimen (id, name, at, flag, count, other)
        SELECT * FROM unnest(@Id, @Name, @At, @Flag, @Count, @Other)
        """
    );

    private static readonly Sql SelectEach = new(
        "SELECT id, name, at, flag, count, ratio, other, data FROM specimen WHERE name = @Name",
        """
        SELECT s.id, s.name, s.at, s.flag, s.count, s.ratio, s.other, s.data
        FROM unnest(@Name) WITH ORDINALITY AS asked(name, place) JOIN specimen s ON s.name = asked.name ORDER BY asked.place
        """
    );

    public static Task<int> AddAsync(this IUnitOfWork unit, Specimen specimen) => unit.ExecuteAsync(Insert, specimen);

    public static Task<int> AddEachAsync(this IUnitOfWork unit, IReadOnlyCollection<Specimen> specimens) =>
        unit.ExecuteEachAsync(InsertEach, specimens);

    public static Task<IReadOnlyList<Specimen>> FindEachAsync(this IReader reader, IEnumerable<string> names) =>
        reader.QueryEachAsync<Specimen>(SelectEach, [.. names.Select(name => new { Name = name })]);

    public static Task<int> AddAsync(this IDatabase database, Specimen specimen) =>
        database.WriteAsync(unit => unit.AddAsync(specimen), CancellationToken.None);

    public static Task<IReadOnlyList<Specimen>> SpecimensAsync(this IDatabase database) =>
        database.ReadAsync(reader => reader.QueryAsync<Specimen>(All), CancellationToken.None);

    public static async Task<string[]> NamesAsync(this IDatabase database) =>
        [.. (await database.SpecimensAsync()).Select(specimen => specimen.Name)];
}
