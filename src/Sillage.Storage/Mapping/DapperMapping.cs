using Dapper;

namespace Sillage.Storage.Mapping;

/// <summary>Teaches Dapper, once per process, the types that every module uses in both dialects.</summary>
internal static class DapperMapping
{
    static DapperMapping()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.TypeMapProvider = static type => new RecordTypeMap(type);
        Add<Guid>(new GuidHandler());
        Add<DateTimeOffset>(new DateTimeOffsetHandler());
        Add<bool>(new BooleanHandler());
    }

    /// <summary>Runs the static constructor above.</summary>
    public static void Register() { }

    private static void Add<T>(SqlMapper.ITypeHandler handler)
        where T : struct
    {
        // A built-in mapping would win over the handler.
        SqlMapper.RemoveTypeMap(typeof(T));
        SqlMapper.RemoveTypeMap(typeof(T?));
        SqlMapper.AddTypeHandler(typeof(T), handler);
    }
}
