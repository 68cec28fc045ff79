using Dapper;
using Npgsql;
using Shouldly;
using Sillage.Specifications;
using Sillage.Storage.Moving;
using Xunit;

namespace Sillage.Storage.Tests.Moving;

/// <summary>What PostgreSQL gives back in its own spelling compares equal to what it was given, and to nothing else.</summary>
public sealed class NormalFormTests(PostgresServer server)
{
    [Theory]
    [InlineData("""{"b":1,"a":{"z":[1,2,{}],"y":null}}""")]
    [InlineData("""[1.0, 1e5, -0, 0.10, 1E-7, 100, 12345678901234567890123.4500, -1.5e+3, 0e9]""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"éà\u00e9\ud83d\udea3":"\n\"\\/","":true}""")]
    [InlineData("""  "a text"  """)]
    public async Task A_json_as_it_comes_back(string text)
    {
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync() + ";Pooling=false");
        var back = (
            await connection.ExecuteScalarAsync<string>("SELECT CAST(CAST(@text AS jsonb) AS text)", new { text })
        )!;

        NormalForms.Json(back).ShouldBe(NormalForms.Json(text));
    }

    [Theory]
    [InlineData("1", "10")]
    [InlineData("1", "-1")]
    [InlineData("1", "\"1\"")]
    [InlineData("[[1],2]", "[[1,2]]")]
    [InlineData("""{"a":"b"}""", """["a","b"]""")]
    [InlineData("""["1","2"]""", """["12"]""")]
    [InlineData("null", "false")]
    public void Documents_that_differ_differ(string one, string other) =>
        NormalForms.Json(one).ShouldNotBe(NormalForms.Json(other));

    [Theory]
    [InlineData("'wake':2A,20 'boat':5A 'a':4A,16000,16000")]
    [InlineData("'été':1 'zoo':3,1,2 '~17'")]
    public async Task Words_as_they_come_back(string vector)
    {
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync() + ";Pooling=false");
        var back = (
            await connection.ExecuteScalarAsync<string>(
                "SELECT CAST(CAST(@vector AS tsvector) AS text)",
                new { vector }
            )
        )!;

        NormalForms.Vector(back).ShouldBe(NormalForms.Vector(vector));
    }
}
