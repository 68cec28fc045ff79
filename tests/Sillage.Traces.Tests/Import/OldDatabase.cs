using System.Globalization;
using Microsoft.Data.Sqlite;
using Sillage.Specifications;
using Sillage.Storage.Sqlite;

namespace Sillage.Traces.Tests.Import;

/// <summary>A database as the older API makes it, in a folder of its own.</summary>
internal sealed class OldDatabase : IDisposable
{
    // What Flask-SQLAlchemy makes of the older API's classes, to the letter.
    private const string Schema = """
        CREATE TABLE users (
        	id INTEGER NOT NULL,
        	username VARCHAR(64) NOT NULL,
        	pwd_hash VARCHAR(256) NOT NULL,
        	role VARCHAR(16) NOT NULL,
        	PRIMARY KEY (id),
        	UNIQUE (username)
        );
        CREATE TABLE logs (
        	id INTEGER NOT NULL,
        	"userID" INTEGER NOT NULL,
        	timestamp VARCHAR(64) NOT NULL,
        	sequence INTEGER NOT NULL,
        	"roomName" VARCHAR(128) NOT NULL,
        	"actionNature" VARCHAR(128) NOT NULL,
        	"actionType" VARCHAR(128) NOT NULL,
        	"userAnswer" TEXT NOT NULL,
        	"userError" TEXT NOT NULL,
        	PRIMARY KEY (id),
        	FOREIGN KEY("userID") REFERENCES users (id)
        );
        CREATE INDEX "ix_logs_userID" ON logs ("userID");
        """;

    private readonly TemporaryFolder _folder = new();

    public OldDatabase()
    {
        _ = SqliteLibrary.Version;
        Execute("PRAGMA journal_mode = WAL");
        Execute(Schema);
    }

    public string File => _folder["tsadk.db"];

    public string this[string name] => _folder[name];

    public void AddUser(long id, string username, string role = "player") =>
        Execute(
            "INSERT INTO users VALUES (@a, @b, 'scrypt:32768:8:1$salt$00', @c)",
            ("@a", id),
            ("@b", username),
            ("@c", role)
        );

    /// <summary>Adds a log; its texts tell its id.</summary>
    public void AddLog(
        long id,
        object user,
        string timestamp = "2023-04-18T10:17.109Z",
        string answer = "for",
        object? sequence = null
    ) =>
        Execute(
            "INSERT INTO logs VALUES (@a, @b, @c, @d, @e, 'answer', 'submit', @f, '')",
            ("@a", id),
            ("@b", user),
            ("@c", timestamp),
            ("@d", sequence ?? id),
            ("@e", "room " + id.ToString(CultureInfo.InvariantCulture)),
            ("@f", answer)
        );

    public void Execute(string sql, params (string Name, object Value)[] parameters)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False;Foreign Keys=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own texts.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    public void Dispose() => _folder.Dispose();
}
