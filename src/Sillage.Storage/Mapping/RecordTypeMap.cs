using System.Reflection;
using Dapper;

namespace Sillage.Storage.Mapping;

/// <summary>
/// Finds a record's constructor by the names of the columns, in order, whatever type the engine reports for them:
/// SQLite reports a column's type from the row at hand, so a NULL in the first row would else hide the constructor.
/// </summary>
internal sealed class RecordTypeMap(Type type) : SqlMapper.ITypeMap
{
    private readonly DefaultTypeMap _default = new(type);
    private readonly Type _type = type;

    public ConstructorInfo? FindConstructor(string[] names, Type[] types)
    {
        foreach (var constructor in _type.GetConstructors(BindingFlags.Instance | BindingFlags.Public))
        {
            var parameters = constructor.GetParameters();
            if (
                parameters.Length == names.Length
                && parameters.Zip(names).All(pair => Same(pair.First.Name, pair.Second))
            )
            {
                return constructor;
            }
        }

        return _default.FindConstructor(names, types);
    }

    public ConstructorInfo? FindExplicitConstructor() => _default.FindExplicitConstructor();

    public SqlMapper.IMemberMap? GetConstructorParameter(ConstructorInfo constructor, string columnName) =>
        _default.GetConstructorParameter(constructor, columnName);

    public SqlMapper.IMemberMap? GetMember(string columnName) => _default.GetMember(columnName);

    private static bool Same(string? parameter, string column) =>
        string.Equals(parameter, column, StringComparison.OrdinalIgnoreCase)
        || string.Equals(
            parameter,
            column.Replace("_", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase
        );
}
