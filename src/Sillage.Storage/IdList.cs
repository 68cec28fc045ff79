using System.Data;
using Dapper;
using Npgsql;

namespace Sillage.Storage;

/// <summary>
/// Several ids as one parameter: of <c>id IN @Ids</c> on SQLite and <c>id = ANY(@Ids)</c> on PostgreSQL. What stands in a list of another kind is
/// not mapped as a value is, and an id that is bound otherwise than it is stored equals none.
/// </summary>
/// <param name="ids">The ids.</param>
public sealed class IdList(IEnumerable<Guid> ids) : SqlMapper.ICustomQueryParameter
{
    private readonly Guid[] _ids = [.. ids];

    /// <inheritdoc />
    public void AddParameter(IDbCommand command, string name)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command is NpgsqlCommand)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid[]>(name, _ids));
        }
        else
        {
#pragma warning disable CS0618 // Meant for Dapper's own code, which this is the only way to have expand a list of bytes.
            SqlMapper.PackListParameters(command, name, _ids.Select(id => id.ToByteArray(bigEndian: true)).ToArray());
#pragma warning restore CS0618
        }
    }
}
