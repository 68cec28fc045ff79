using Npgsql;
using Sillage.Hosting.Settings;

namespace Sillage.CommandLine;

/// <summary>What may stand in the setting <c>Postgres</c>.</summary>
internal static class PostgresSetting
{
    /// <summary>Sees whether it is a connection string. Its text is never repeated: it holds a password.</summary>
    /// <exception cref="SettingsException">It is not.</exception>
    public static void Check(string? connectionString)
    {
        try
        {
            if (new NpgsqlConnectionStringBuilder(connectionString) is { Host: null } && connectionString is not null)
            {
                throw Wrong("it names no Host", null);
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw Wrong("it cannot be read", e);
        }
    }

    private static SettingsException Wrong(string why, Exception? inner) =>
        new(
            $"The setting Postgres is not a connection string: {why}. Such as Host=localhost;Username=sillage;Password=…;Database=sillage",
            inner
        );
}
