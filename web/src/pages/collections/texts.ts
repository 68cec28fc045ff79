import { language, number } from "../../kit";

// The texts of this page, in both languages side by side.
const texts = {
  title: ["Collections", "Collections"],
  name: ["Name", "Nom"],
  space: ["Space", "Espace"],
  description: ["What it is for", "À quoi elle sert"],
  fields: ["Fields", "Champs"],
  none: ["No collections yet", "Pas encore de collections"],
  "none.text": ["A collection is a resource that you declare: books, items, things to do.", "Une collection est une ressource que vous déclarez : livres, articles, choses à faire."],
  declare: ["Declare a collection", "Déclarer une collection"],
  "declare.text": ["By a template; what it holds is changed under Schema.", "D'après un modèle ; son contenu se change sous Schéma."],
  template: ["Template", "Modèle"],
  "name.help": ["Left empty, that of the template.", "Vide : celui du modèle."],
  "space.help": ["Left empty, main.", "Vide : main."],
  declared: ["{name} is declared.", "{name} est déclarée."],
  parts: ["Parts of the collection", "Parties de la collection"],
  records: ["Records", "Fiches"],
  schema: ["Schema", "Schéma"],
  rules: ["Rules", "Règles"],
  filter: ["Filter", "Filtre"],
  words: ["Words", "Mots"],
  show: ["Show", "Afficher"],
  "records.none": ["No records here", "Pas de fiches ici"],
  "records.none.text": ["Nothing meets the filter, or nothing is there that you may read.", "Rien ne répond au filtre, ou rien que vous puissiez lire."],
  new: ["New record", "Nouvelle fiche"],
  edit: ["Record", "Fiche"],
  values: ["Values, as JSON", "Valeurs, en JSON"],
  save: ["Save", "Enregistrer"],
  remove: ["Delete", "Supprimer"],
  cancel: ["Cancel", "Annuler"],
  saved: ["Saved.", "Enregistré."],
  removed: ["Deleted.", "Supprimé."],
  export: ["Export as CSV", "Exporter en CSV"],
  updated: ["Changed", "Modifié"],
  open: ["Open", "Ouvrir"],
  notjson: ["This is not JSON: {why}", "Ce n'est pas du JSON : {why}"],
  declaration: ["Declaration, as JSON", "Déclaration, en JSON"],
  "declaration.help": ["A field keeps its values as long as it keeps its id, under another name too. What is left out is taken away.", "Un champ garde ses valeurs tant qu'il garde son id, même sous un autre nom. Ce qui manque est retiré."],
  compare: ["Compare", "Comparer"],
  differences: ["What would change", "Ce qui changerait"],
  "differences.none": ["Nothing is different.", "Rien n'est différent."],
  rewritten: ["{n} records would be rewritten.", "{n} fiches seraient réécrites."],
  lost: ["{n} values would be destroyed.", "{n} valeurs seraient détruites."],
  apply: ["Apply", "Appliquer"],
  "apply.sure": ["{n} values are destroyed, for good.", "{n} valeurs sont détruites, définitivement."],
  applied: ["The declaration is applied.", "La déclaration est appliquée."],
  "collection-changed": ["the collection", "la collection"],
  "rules-changed": ["the rules", "les règles"],
  "field-added": ["new field", "nouveau champ"],
  "field-renamed": ["renamed", "renommé"],
  "type-changed": ["other type", "autre type"],
  "field-changed": ["other limits", "autres limites"],
  "field-removed": ["removed", "retiré"],
  try: ["Try them on a person", "Les essayer sur une personne"],
  "try.text": ["Nothing is stored.", "Rien n'est enregistré."],
  person: ["User name", "Nom d'utilisateur"],
  "person.help": ["Left empty, somebody without an account.", "Vide : quelqu'un sans compte."],
  record: ["Id of a record", "Id d'une fiche"],
  wanted: ["A new record, as JSON", "Une nouvelle fiche, en JSON"],
  verdicts: ["What the rules say", "Ce que disent les règles"],
  deed: ["What", "Quoi"],
  allowed: ["Allowed", "Permis"],
  why: ["Why", "Pourquoi"],
  yes: ["yes", "oui"],
  no: ["no", "non"],
  manages: ["This person looks after the collection: no rule holds.", "Cette personne s'occupe de la collection : aucune règle ne vaut."],
  sees: ["Sees", "Voit"],
  sets: ["May set", "Peut changer"],
  nobody: ["nobody", "personne"],
} satisfies Record<string, [string, string]>;

/** A text of this page. */
export function c(name: keyof typeof texts, values: Record<string, string | number> = {}): string {
  return texts[name][language === "fr" ? 1 : 0]!.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === "number" ? number(value) : (value ?? "");
  });
}

/** The same by a word of the server, which stands for itself where it is not known. */
export function word(name: string): string {
  return name in texts ? c(name as keyof typeof texts) : name;
}
