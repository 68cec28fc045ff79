using System.Reflection;

namespace Sillage.Storage;

/// <summary>
/// Tables that a project below the modules brings into the database of each module that asks for them, so that what they hold is committed,
/// backed up and erased with what it belongs to.
/// </summary>
/// <param name="Name">Whose scripts they are, in <c>sillage_migration</c>: lower case letters, other than a module's name.</param>
/// <param name="Scripts">Where the numbered scripts are embedded, as a module's are.</param>
/// <param name="LeftOut">Those of the tables whose rows are in no backup.</param>
public sealed record DatabasePart(string Name, Assembly Scripts, params IReadOnlyList<string> LeftOut);
